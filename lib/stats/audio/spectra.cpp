#include <algorithm>
#include <cmath>

#include "stats/audio/meters.hpp"

namespace pairalign::stats {
namespace {

constexpr double kFrameSeconds = 0.032;
constexpr double kPi = 3.14159265358979323846;

// Of the bandwidth.
constexpr double kRange = 1e-6;      // 60 dB
constexpr double kMinPower = 1e-14;  // rounding noise of floats
constexpr double kAboveNoise = 4;    // 6 dB
constexpr double kLowest = 60;       // Hz: below, hum and offset may make up the whole maximum

// Even, and half of it a product of 2, 3 and 5, for which kissfft is fast.
std::size_t fast_size(double points) {
  for (std::size_t half = std::max(8L, std::lround(points / 2));; ++half) {
    std::size_t rest = half;
    for (const std::size_t factor : {2, 3, 5}) {
      while (rest % factor == 0)
        rest /= factor;
    }
    if (rest == 1) return 2 * half;
  }
}

}  // namespace

SpectrumFrames::SpectrumFrames(const SourceInfo& source)
    : points_(fast_size(source.sample_rate * kFrameSeconds)),
      bin_width_(source.sample_rate / static_cast<double>(points_)),
      fft_(static_cast<int>(points_)),
      window_(points_),
      pending_(static_cast<std::size_t>(source.channels)),
      windowed_(points_),
      spectrum_(points_ / 2 + 1),
      power_(points_ / 2 + 1) {
  const auto points = static_cast<double>(points_);
  double energy = 0;
  for (std::size_t i = 0; i < points_; ++i) {
    const double phase = 2 * kPi * (static_cast<double>(i) + 0.5) / points;
    window_[i] = static_cast<float>(0.5 - 0.5 * std::cos(phase));
    energy += static_cast<double>(window_[i]) * window_[i];
  }
  // A one-sided bin stands for two: Σ |X|² · 2 / (points · energy of the window) is the power.
  const double scale = std::sqrt(2 / (points * energy * source.channels));
  for (float& value : window_)
    value = static_cast<float>(value * scale);
}

void SpectrumFrames::add(const Block& block, const std::function<void(Span<const float>)>& take) {
  for (std::size_t begin = 0; begin < block.frames();) {
    const std::size_t waiting = pending_.front().size();
    const std::size_t count = std::min(points_ - waiting, block.frames() - begin);
    const bool complete = waiting + count == points_;
    if (complete) std::fill(power_.begin(), power_.end(), 0.0F);
    for (std::size_t c = 0; c < pending_.size(); ++c) {
      const float* samples = block.channels[c].data() + begin;
      if (complete && waiting == 0) {
        add_spectrum({samples, points_});
        continue;
      }
      pending_[c].insert(pending_[c].end(), samples, samples + count);
      if (!complete) continue;
      add_spectrum(pending_[c]);
      pending_[c].clear();
    }
    begin += count;
    if (complete) take(power_);
  }
}

void SpectrumFrames::add_spectrum(Span<const float> samples) {
  for (std::size_t i = 0; i < window_.size(); ++i)
    windowed_[i] = samples.data()[i] * window_[i];
  fft_.forward(windowed_.data(), spectrum_.data());
  for (std::size_t k = 0; k < power_.size(); ++k) {
    const float re = spectrum_[k].real(), im = spectrum_[k].imag();
    power_[k] += re * re + im * im;
  }
}

BandwidthMeter::BandwidthMeter(const SpectrumFrames& frames, int bits)
    : bin_width_(frames.bin_width()), sums_(frames.bins(), 0) {
  // A step of 2 / 2^bits has a rounding noise of step² / 12, or three times that with dither.
  const double step = bits == 0 ? 0 : std::pow(2.0, 1 - bits);
  rounding_noise_ = step * step / 4 / static_cast<double>(frames.bins() - 1);
}

void BandwidthMeter::add(Span<const float> power) {
  for (std::size_t k = 0; k < sums_.size(); ++k)
    sums_[k] += power.data()[k];
  ++frames_;
}

void BandwidthMeter::finish(AudioFigures& figures) const {
  if (frames_ == 0) return;
  // Over three bins, the width to which the window spreads a tone.
  std::vector<double> smooth(sums_.size());
  double highest = 0;
  for (std::size_t k = 1; k + 1 < sums_.size(); ++k) {
    smooth[k] = (sums_[k - 1] + sums_[k] + sums_[k + 1]) / (3 * static_cast<double>(frames_));
    if (static_cast<double>(k) * bin_width_ >= kLowest) highest = std::max(highest, smooth[k]);
  }
  const double least = std::max({highest * kRange, kAboveNoise * rounding_noise_, kMinPower});
  for (std::size_t k = sums_.size() - 1; k-- > 1;) {
    if (smooth[k] < least) continue;
    // If it reaches the last bin, the whole band.
    const bool all = k + 2 >= sums_.size();
    figures.bandwidth = static_cast<double>(all ? k + 1 : k) * bin_width_;
    return;
  }
}

}  // namespace pairalign::stats

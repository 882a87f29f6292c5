#include "stats/audio/spectra.hpp"

#include <algorithm>
#include <cmath>

namespace pairalign::stats {
namespace {

constexpr double kFrameSeconds = 0.032;
constexpr double kPi = 3.14159265358979323846;

// Even, and half of it a product of 2, 3 and 5, for which kissfft is fast.
int fast_size(double points) {
  for (int half = std::max(8, static_cast<int>(std::lround(points / 2)));; ++half) {
    int rest = half;
    for (const int factor : {2, 3, 5}) {
      while (rest % factor == 0)
        rest /= factor;
    }
    if (rest == 1) return 2 * half;
  }
}

}  // namespace

SpectrumFrames::SpectrumFrames(int channels, int sample_rate)
    : sample_rate_(sample_rate),
      points_(fast_size(sample_rate * kFrameSeconds)),
      fft_(points_),
      window_(static_cast<std::size_t>(points_)),
      pending_(static_cast<std::size_t>(channels)),
      windowed_(window_.size()),
      spectrum_(window_.size() / 2 + 1),
      power_(window_.size() / 2 + 1) {
  double energy = 0;
  for (std::size_t i = 0; i < window_.size(); ++i) {
    const double phase = 2 * kPi * (static_cast<double>(i) + 0.5) / points_;
    window_[i] = static_cast<float>(0.5 - 0.5 * std::cos(phase));
    energy += static_cast<double>(window_[i]) * window_[i];
  }
  // A one-sided bin stands for two: Σ |X|² · 2 / (points · energy of the window) is the power.
  const double scale = std::sqrt(2 / (points_ * energy * channels));
  for (float& value : window_)
    value = static_cast<float>(value * scale);
}

double SpectrumFrames::bin_width() const {
  return static_cast<double>(sample_rate_) / points_;
}

void SpectrumFrames::add(const Block& block, const std::function<void(Span<const float>)>& take) {
  const auto points = static_cast<std::size_t>(points_);
  for (std::size_t begin = 0; begin < block.frames();) {
    const std::size_t waiting = pending_.front().size();
    const std::size_t count = std::min(points - waiting, block.frames() - begin);
    const bool complete = waiting + count == points;
    if (complete) std::fill(power_.begin(), power_.end(), 0.0F);
    for (std::size_t c = 0; c < pending_.size(); ++c) {
      const float* samples = block.channels[c].data() + begin;
      if (complete && waiting == 0) {
        add_spectrum({samples, points});
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

}  // namespace pairalign::stats

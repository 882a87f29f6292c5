#include "audio/log_mel.hpp"

#include <algorithm>
#include <cmath>
#include <complex>

#include "audio/fft.hpp"
#include "audio/mel.hpp"
#include "base/error.hpp"
#include "base/multiversion.hpp"

namespace pairalign::audio {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kNyquist = kSampleRate / 2.0;
// Where a warp of the frequency axis bends: below this fraction of the upper edge (after the warp)
// it is a plain factor; above, the axis is compressed or stretched so that the edge itself stays in
// place (the piecewise linear warp of vocal tract length normalisation).
constexpr double kWarpKnee = 0.85;

const LogMelConfig& checked(const LogMelConfig& c) {
  const auto require = [](bool holds, const char* reason) {
    if (!holds) throw Error("features", reason);
  };
  require(c.bands >= 1 && c.bands <= 4096, "the number of bands must lie in 1 .. 4096");
  require(c.fft >= 2 && c.fft <= 65536 && c.fft % 2 == 0,
          "the length of the FFT must be even and lie in 2 .. 65536");
  require(c.window >= 1 && c.window <= c.fft, "the window must lie in 1 .. length of the FFT");
  require(c.hop >= 1, "the hop must be at least one sample");
  require(c.low_hz >= 0 && c.low_hz < c.high_hz && c.high_hz <= kNyquist,
          "the band edges must satisfy 0 <= low < high <= 8000 Hz");
  require(c.floor > 0 && std::isfinite(c.floor), "the floor of the power must be positive");
  require(c.scale != 0 && std::isfinite(c.scale) && std::isfinite(c.mean),
          "mean and scale must be finite, and scale not 0");
  return c;
}

double warp_hz(double hz, double factor, double high_hz) {
  const double knee = kWarpKnee * high_hz / std::max(factor, 1.0);
  if (factor == 1 || hz <= knee) return hz * factor;
  return knee * factor + (hz - knee) * (high_hz - knee * factor) / (high_hz - knee);
}

// The envelope of a row of log-mel bands: a moving average, wider than the spacing of harmonics of
// a low voice and narrower than that of formants. Bands beyond either end repeat the last one.
std::vector<float> envelope(const float* row, int bands) {
  constexpr int kReach = 4;  // bands of 35 mel to either side
  std::vector<float> result(static_cast<std::size_t>(bands));
  for (int b = 0; b < bands; ++b) {
    float sum = 0;
    for (int i = b - kReach; i <= b + kReach; ++i)
      sum += row[std::clamp(i, 0, bands - 1)];
    result[static_cast<std::size_t>(b)] = sum / (2 * kReach + 1);
  }
  return result;
}

// Gives `row` the fine structure of `other`.
void replace_fine_structure(const float* other, int bands, float* row) {
  const std::vector<float> own = envelope(row, bands), others = envelope(other, bands);
  for (int b = 0; b < bands; ++b) {
    const auto i = static_cast<std::size_t>(b);
    row[b] = own[i] + other[b] - others[i];
  }
}

PAIRALIGN_MULTIVERSION
void multiply(const float* a, const float* b, int count, float* out) {
  for (int i = 0; i < count; ++i)
    out[i] = a[i] * b[i];
}

PAIRALIGN_MULTIVERSION
void power_spectrum(const std::complex<float>* bins, int count, float* power) {
  const auto* parts = reinterpret_cast<const float*>(bins);
  for (int i = 0; i < count; ++i) {
    power[i] = parts[2 * i] * parts[2 * i] + parts[2 * i + 1] * parts[2 * i + 1];
  }
}

}  // namespace

LogMel::Filterbank::Filterbank(const LogMelConfig& config, double factor) {
  std::vector<double> edges(static_cast<std::size_t>(config.bands) + 2);
  const double low = hz_to_mel(config.low_hz);
  const double step = (hz_to_mel(config.high_hz) - low) / (config.bands + 1);
  for (std::size_t i = 0; i < edges.size(); ++i) {
    const double hz = mel_to_hz(low + step * static_cast<double>(i));
    edges[i] = warp_hz(hz, factor, config.high_hz);
  }

  const double bin_hz = static_cast<double>(kSampleRate) / config.fft;
  for (std::size_t b = 0; b + 2 < edges.size(); ++b) {
    const double left = edges[b], centre = edges[b + 1], right = edges[b + 2];
    Band band{static_cast<int>(left / bin_hz) + 1, 0, weights.size()};
    for (int bin = band.first_bin; bin <= config.fft / 2 && bin * bin_hz < right; ++bin) {
      const double hz = bin * bin_hz;
      const double rising = (hz - left) / (centre - left);
      const double falling = (right - hz) / (right - centre);
      weights.push_back(static_cast<float>(std::min(rising, falling)));
      ++band.bins;
    }
    bands.push_back(band);
  }
}

// What one thread needs to compute frames.
struct LogMel::Scratch {
  explicit Scratch(int fft)
      : plan(RealFft::of_this_thread(fft)),
        samples(static_cast<std::size_t>(fft), 0.0F),
        bins(static_cast<std::size_t>(fft) / 2 + 1),
        power(bins.size()) {}

  RealFft& plan;
  std::vector<float> samples;  // a windowed frame, then zeros up to the length of the FFT
  std::vector<std::complex<float>> bins;
  std::vector<float> power;
};

LogMel::LogMel(const LogMelConfig& config)
    : config_(checked(config)),
      window_(static_cast<std::size_t>(config.window)),
      filterbank_(config, 1) {
  for (std::size_t i = 0; i < window_.size(); ++i) {
    window_[i] =
        static_cast<float>(0.5 - 0.5 * std::cos(2 * kPi * static_cast<double>(i) / config.window));
  }
}

// The power spectrum of the frame whose middle is sample `centre`, into `scratch`.
void LogMel::analyse(Span<const float> pcm, std::int64_t centre, Scratch& scratch) const {
  const auto size = static_cast<std::int64_t>(pcm.size());
  const std::int64_t start = centre - config_.window / 2;
  const std::int64_t begin = std::clamp<std::int64_t>(-start, 0, config_.window);
  const std::int64_t end = std::clamp<std::int64_t>(size - start, begin, config_.window);
  float* samples = scratch.samples.data();
  std::fill(samples, samples + begin, 0.0F);
  if (begin < end) {
    multiply(pcm.data() + (start + begin), window_.data() + begin, static_cast<int>(end - begin),
             samples + begin);
  }
  std::fill(samples + end, samples + config_.window, 0.0F);

  scratch.plan.forward(samples, scratch.bins.data());
  power_spectrum(scratch.bins.data(), config_.fft / 2 + 1, scratch.power.data());
}

// A row of `bands` from the spectrum in `scratch`.
void LogMel::apply(const Filterbank& bank, const Scratch& scratch, float* row) const {
  for (std::size_t b = 0; b < bank.bands.size(); ++b) {
    const Filterbank::Band& band = bank.bands[b];
    const float* weights = bank.weights.data() + band.first_weight;
    const float* power = scratch.power.data() + band.first_bin;
    float sum = 0;
    for (int i = 0; i < band.bins; ++i)
      sum += weights[i] * power[i];
    row[b] = config_.feature(sum);
  }
}

void LogMel::compute(Span<const float> pcm, std::int64_t first, std::int64_t count,
                     Span<float> out) const {
  const auto bands = static_cast<std::size_t>(config_.bands);
  Expects(count >= 0 && out.size() == static_cast<std::size_t>(count) * bands);
  Scratch scratch(config_.fft);
  for (std::int64_t i = 0; i < count; ++i) {
    analyse(pcm, (first + i) * config_.hop, scratch);
    apply(filterbank_, scratch, out.data() + static_cast<std::size_t>(i) * bands);
  }
}

std::vector<float> LogMel::compute(Span<const float> pcm, const Warp& warp) const {
  Expects(warp.tempo > 0 && warp.frequency > 0 && warp.pitch > 0);
  const double step = config_.hop * warp.tempo;
  const auto frames = static_cast<std::int64_t>(std::ceil(static_cast<double>(pcm.size()) / step));
  const auto bands = static_cast<std::size_t>(config_.bands);
  std::vector<float> out(static_cast<std::size_t>(frames) * bands);

  const auto bank_of = [&](double factor) {
    return factor == 1 ? filterbank_ : Filterbank(config_, factor);
  };
  const Filterbank bank = bank_of(warp.frequency);
  const Filterbank pitched = bank_of(warp.pitch == 1 ? 1 : warp.frequency * warp.pitch);
  std::vector<float> pitched_row(bands);
  Scratch scratch(config_.fft);
  for (std::int64_t i = 0; i < frames; ++i) {
    float* row = out.data() + static_cast<std::size_t>(i) * bands;
    analyse(pcm, std::llround(static_cast<double>(i) * step), scratch);
    apply(bank, scratch, row);
    if (warp.pitch == 1) continue;
    apply(pitched, scratch, pitched_row.data());
    replace_fine_structure(pitched_row.data(), config_.bands, row);
  }
  return out;
}

LogMelStream::LogMelStream(const LogMel& features) : features_(features) {}

void LogMelStream::push(Span<const float> pcm, std::vector<float>& out) {
  buffer_.insert(buffer_.end(), pcm.begin(), pcm.end());
  total_ += static_cast<std::int64_t>(pcm.size());
  const LogMelConfig& config = features_.config();
  // Frame i is complete once its window, which ends before i · hop + (window − window / 2), is in.
  const std::int64_t after = config.window - config.window / 2;
  if (total_ >= after) emit_until((total_ - after) / config.hop + 1, out);
}

void LogMelStream::finish(std::vector<float>& out) {
  emit_until(features_.config().frames(total_), out);
}

void LogMelStream::emit_until(std::int64_t end_frame, std::vector<float>& out) {
  const std::int64_t count = end_frame - next_frame_;
  if (count <= 0) return;
  const LogMelConfig& config = features_.config();
  const auto values = static_cast<std::size_t>(count) * static_cast<std::size_t>(config.bands);
  out.resize(out.size() + values);
  // The buffer starts on a multiple of the hop, so frame numbers can be counted from there.
  features_.compute(buffer_, next_frame_ - buffer_start_ / config.hop, count,
                    Span<float>(out).last(values));
  next_frame_ = end_frame;

  const std::int64_t needed = next_frame_ * config.hop - config.window / 2;
  const std::int64_t start = std::max<std::int64_t>(needed, 0) / config.hop * config.hop;
  const std::int64_t drop = start - buffer_start_;
  // With hops longer than the window, `start` can lie beyond what has arrived; the buffer then
  // stays.
  if (drop <= static_cast<std::int64_t>(buffer_.size())) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + drop);
    buffer_start_ = start;
  }
}

}  // namespace pairalign::audio

#include <algorithm>
#include <cmath>
#include <iterator>

#include "base/multiversion.hpp"
#include "stats/audio/meters.hpp"

namespace pairalign::stats {
namespace {

constexpr std::size_t kTaps = 12;
constexpr std::size_t kSpan = 256;  // samples that are skipped or interpolated together

// Two of the four phases of the filter of BS.1770-4, annex 2; the others are these reversed.
constexpr float kPhase[][kTaps] = {
    {0.0017089843750F, 0.0109863281250F, -0.0196533203125F, 0.0332031250000F, -0.0594482421875F,
     0.1373291015625F, 0.9721679687500F, -0.1022949218750F, 0.0476074218750F, -0.0266113281250F,
     0.0148925781250F, -0.0083007812500F},
    {-0.0291748046875F, 0.0292968750000F, -0.0517578125000F, 0.0891113281250F, -0.1665039062500F,
     0.4650878906250F, 0.7797851562500F, -0.2003173828125F, 0.1015625000000F, -0.0582275390625F,
     0.0330810546875F, -0.0189208984375F}};

// No output exceeds the largest sample times the largest sum of absolute taps of a phase, 2.023.
constexpr double kMaxGain = 2.03;

PAIRALIGN_MULTIVERSION
float peak_of(const float* samples, std::size_t count) {
  constexpr std::size_t kLanes = 16;
  float peak[kLanes] = {};
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const float size = std::fabs(samples[i + lane]);
      peak[lane] = size > peak[lane] ? size : peak[lane];
    }
  }
  float highest = 0;
  for (; i < count; ++i)
    highest = std::max(highest, std::fabs(samples[i]));
  for (const float value : peak)
    highest = std::max(highest, value);
  return highest;
}

// The peak of `count` outputs of each phase; reads count + kTaps - 1 samples.
PAIRALIGN_MULTIVERSION
float interpolated_peak(const float* samples, std::size_t count) {
  float peaks[kSpan] = {};
  for (std::size_t n = 0; n < 2 * std::size(kPhase); ++n) {
    const float* phase = kPhase[n / 2];
    float values[kSpan] = {};
    for (std::size_t tap = 0; tap < kTaps; ++tap) {
      const float weight = phase[n % 2 == 0 ? tap : kTaps - 1 - tap];
      for (std::size_t i = 0; i < count; ++i)
        values[i] += weight * samples[i + tap];
    }
    for (std::size_t i = 0; i < count; ++i) {
      const float size = std::fabs(values[i]);
      peaks[i] = size > peaks[i] ? size : peaks[i];
    }
  }
  return *std::max_element(peaks, peaks + count);
}

class TruePeakMeter : public Meter {
 public:
  explicit TruePeakMeter(int channels)
      : before_(static_cast<std::size_t>(channels), std::vector<float>(kTaps - 1, 0.0F)),
        span_(kTaps - 1 + kSpan) {}

  void add(const Block& block) override {
    for (std::size_t c = 0; c < before_.size(); ++c)
      add(block.channels[c], before_[c]);
  }

  void finish(AudioFigures& figures) override { figures.true_peak = power_db(peak_ * peak_); }

 private:
  void add(Span<const float> samples, std::vector<float>& before) {
    for (std::size_t begin = 0; begin < samples.size(); begin += kSpan) {
      const std::size_t count = std::min(kSpan, samples.size() - begin);
      std::copy(before.begin(), before.end(), span_.begin());
      std::copy_n(samples.data() + begin, count, span_.begin() + kTaps - 1);
      const float peak = peak_of(span_.data(), count + kTaps - 1);
      peak_ = std::max<double>(peak_, peak);
      if (kMaxGain * peak > peak_) {
        peak_ = std::max<double>(peak_, interpolated_peak(span_.data(), count));
      }
      std::copy_n(span_.data() + count, kTaps - 1, before.begin());
    }
  }

  double peak_ = 0;
  std::vector<std::vector<float>> before_;  // the last samples of each channel
  std::vector<float> span_;
};

}  // namespace

std::unique_ptr<Meter> true_peak_meter(const SourceInfo& source) {
  return std::make_unique<TruePeakMeter>(source.channels);
}

}  // namespace pairalign::stats

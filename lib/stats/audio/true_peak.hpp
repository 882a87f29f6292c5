// Peaks between the samples.
#pragma once

#include <array>
#include <vector>

#include "stats/audio/block.hpp"

namespace pairalign::stats {

/// The peak of the reconstructed signal, at four times the sampling rate, by the interpolator of
/// ITU-R BS.1770-4, annex 2 (within 0.6 dB of the true peak for content below 0.9 of half the
/// rate). libebur128 measures the same at 27 ns per sample, half of all the time allowed for
/// measuring a recording; this one skips spans whose samples are too small to exceed the peak found
/// so far.
class TruePeakMeter {
 public:
  explicit TruePeakMeter(int channels);

  void add(const Block& block);
  double peak() const { return peak_; }

 private:
  static constexpr std::size_t kTaps = 12;

  void add(Span<const float> samples, std::array<float, kTaps - 1>& before);

  double peak_ = 0;
  std::vector<std::array<float, kTaps - 1>> before_;  // the last samples of each channel
  std::vector<float> span_;
};

}  // namespace pairalign::stats

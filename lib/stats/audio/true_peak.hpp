// Peaks between the samples.
#pragma once

#include <array>
#include <vector>

#include "stats/audio/block.hpp"

namespace pairalign::stats {

/// The peak of the signal that the samples stand for, at four times their rate, by the interpolator
/// of ITU-R BS.1770-4, annex 2 (within 0.6 dB of the true one for what lies below 0.9 of half the
/// rate). libebur128 measures the same with 27 ns a sample, half of all that measuring a recording
/// may take; this one leaves out spans whose samples are too small to hold a higher peak than one
/// that is known.
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

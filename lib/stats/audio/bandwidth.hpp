// Up to which frequency there is anything in a recording.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/span.hpp"

namespace pairalign::stats {

/// Of the mean power spectrum, the highest frequency at which it is within 60 dB of its maximum and
/// above the rounding noise of the sample format: a recording from a telephone that lies in a file
/// of 48 kHz has some 3,400 Hz, not 24,000. 60 dB because speech falls by 40 to 50 dB towards 8 kHz
/// of itself, and resamplers and codecs cut by more than 80. The window makes a steep edge appear
/// up to 250 Hz too high.
class BandwidthMeter {
 public:
  /// `bin_width` in Hz; `bits` of a sample, 0 where it has none.
  BandwidthMeter(std::size_t bins, double bin_width, int bits);

  /// The power spectrum of a frame, as SpectrumFrames gives it.
  void add(Span<const float> power);

  /// Hz; nothing without a frame, or where all is silent.
  std::optional<double> bandwidth() const;

 private:
  double bin_width_;
  double rounding_noise_;  // power per bin
  std::vector<double> sums_;
  std::size_t frames_ = 0;
};

}  // namespace pairalign::stats

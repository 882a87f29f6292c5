// The highest frequency at which there is any signal in a recording.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/span.hpp"

namespace pairalign::stats {

/// Of the mean power spectrum, the highest frequency at which it is within 60 dB of its maximum and
/// above the rounding noise of the sample format: a telephone recording in a 48 kHz file has about
/// 3,400 Hz, not 24,000. 60 dB, because speech itself falls by 40 to 50 dB towards 8 kHz, and
/// resamplers and codecs cut by more than 80. The window makes a steep edge appear up to 250 Hz too
/// high.
class BandwidthMeter {
 public:
  /// `bin_width` in Hz; `bits` per sample, 0 if the codec has none.
  BandwidthMeter(std::size_t bins, double bin_width, int bits);

  /// The power spectrum of a frame, as SpectrumFrames gives it.
  void add(Span<const float> power);

  /// Hz; nothing without a frame, or if all is silent.
  std::optional<double> bandwidth() const;

 private:
  double bin_width_;
  double rounding_noise_;  // power per bin
  std::vector<double> sums_;
  std::size_t frames_ = 0;
};

}  // namespace pairalign::stats

// Power spectra of consecutive frames.
#pragma once

#include <complex>
#include <cstddef>
#include <functional>
#include <vector>

#include "audio/fft.hpp"
#include "stats/audio/block.hpp"

namespace pairalign::stats {

/// Cuts a recording into frames of about 32 ms, without overlap, under a Hann window, and gives the
/// power spectrum of each, averaged over the channels: mixed down first, channels could cancel. An
/// incomplete frame at the end is ignored.
class SpectrumFrames {
 public:
  SpectrumFrames(int channels, int sample_rate);

  int points() const { return points_; }
  double bin_width() const;  ///< Hz
  std::size_t bins() const { return power_.size(); }

  /// Calls `take` with the spectrum of each complete frame: power per bin, such that white noise of
  /// power 1 has 1 / (bins - 1) in each and the bins sum to the power of the frame.
  void add(const Block& block, const std::function<void(Span<const float>)>& take);

 private:
  void add_spectrum(Span<const float> samples);

  int sample_rate_;
  int points_;
  audio::RealFft fft_;
  std::vector<float> window_;  // scaled so that bins are powers
  std::vector<std::vector<float>>
      pending_;  // samples of the frame that is not complete, by channel
  std::vector<float> windowed_;
  std::vector<std::complex<float>> spectrum_;
  std::vector<float> power_;
};

}  // namespace pairalign::stats

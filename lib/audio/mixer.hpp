// Mixes several channels down to one.
#pragma once

#include <cstddef>
#include <vector>

namespace pairalign::audio {

/// Takes one channel, or the mean of all. The mean of a channel and its inverse, as from a balanced
/// line plugged into a stereo input, is silence: a channel whose sum with another, the reference,
/// would cancel nearly all of both is therefore inverted before the mean is taken. Cancellation is
/// detected in blocks of fixed length with a memory of some seconds, or none if a block alone is
/// beyond doubt (a plug that was pulled and put in again), so the result does not depend on the
/// sizes of reads; recordings that do not cancel give the plain mean, bit for bit.
///
/// NaN and infinities become 0; values beyond +100 dB are damage, and are clipped there.
class Mixer {
 public:
  /// `channel`: 1 is the first; 0: the mean.
  Mixer(int channels, int channel);

  /// Frames of a block, and the most that `mix` takes.
  static constexpr std::size_t kBlock = 2048;
  /// `frames` is kBlock except at the end of the recording.
  void mix(const float* interleaved, std::size_t frames, float* mono);

  /// Whether a channel has ever been inverted.
  bool has_inverted() const { return has_inverted_; }

 private:
  struct Sums {
    std::vector<double> energy;   // of each channel
    std::vector<double> product;  // of each channel with the reference
  };

  void look_for_inverted(const float* interleaved, std::size_t frames);
  double kept(const Sums& sums, std::size_t channel, float sign) const;
  void choose_reference();

  std::size_t channels_;
  int channel_;
  float weight_;
  std::vector<float> signs_;  // of each channel
  Sums sums_;
  std::size_t reference_ = 0;
  bool has_inverted_ = false;
};

}  // namespace pairalign::audio

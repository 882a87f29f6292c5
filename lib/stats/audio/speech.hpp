// How much of a recording is speech, and how far it is above the noise.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/span.hpp"

namespace pairalign::stats {

/// Noise by quantiles (Stahl, Fischer and Bippus, ICASSP 2000): in each of 24 bands between 100 Hz
/// and 8 kHz, the level that a fifth of the frames lie below is noise, since even speech without
/// pauses leaves each band free for that share of the time; the mean noise power follows from that
/// quantile, as the power has a chi-square distribution. Frames whose power between 300 and 3,400
/// Hz is 6 dB above the noise there are speech. The signal-to-noise ratio is the mean power of
/// these frames, less that of the noise, over that of the noise.
///
/// Anything steady is noise, even a tone held for the whole recording. Music is mostly speech.
class SpeechMeter {
 public:
  SpeechMeter(std::size_t bins, double bin_width);

  /// The power spectrum of a frame, as SpectrumFrames gives it.
  void add(Span<const float> power);

  /// dB, -20 to 100; nothing if no frame is speech.
  std::optional<double> snr() const;
  /// Share of the frames that are speech; nothing without a frame.
  std::optional<double> speech() const;

 private:
  static constexpr std::size_t kBands = 24;
  static constexpr std::size_t kLevels = 380;  // of half a dB

  struct Band {
    std::size_t begin = 0, end = 0;  // bins
    bool telephone = false;          // within 300 .. 3,400 Hz
    std::array<std::uint32_t, kLevels> histogram{};
  };
  // Frames of one level between 300 and 3,400 Hz.
  struct Level {
    std::uint64_t frames = 0;
    double telephone_power = 0;
    double power = 0;
  };
  struct Noise {
    double power = 0;
    double telephone_power = 0;
  };

  static std::size_t level_of(double power);
  Noise noise() const;
  // The sums over all frames that are speech, given `noise`.
  Level speech_frames(const Noise& noise) const;

  std::vector<Band> bands_;
  std::vector<Level> levels_;
  std::uint64_t frames_ = 0;
};

}  // namespace pairalign::stats

// Measurements on single samples: level, peak, clipping, offset, digital silence.
#pragma once

#include <cstdint>
#include <vector>

#include "stats/audio/block.hpp"

namespace pairalign::stats {

/// A power, or an amplitude, in dB; kSilenceDb for 0.
inline constexpr double kSilenceDb = -200;
double power_db(double power);
inline double amplitude_db(double amplitude) {
  return power_db(amplitude * amplitude);
}

class LevelMeter {
 public:
  /// `bits` per sample of the source, 0 if it has none: full scale is its greatest value. With more
  /// than 16 bits, or none, that of 16 is used: what clipped at 16 bits is often stored with more.
  LevelMeter(int channels, int sample_rate, int bits);

  void add(const Block& block);

  std::int64_t frames() const { return frames_; }
  /// Mean power of all channels.
  double power() const;
  /// Mean power of one channel.
  double power(int channel) const;
  double peak() const;
  /// The largest absolute mean of a channel.
  double offset() const;
  /// Samples in runs of three or more at full scale, of one sign: one or two may reach it without
  /// clipping.
  std::int64_t clipped() const;
  /// Frames in runs of at least 20 ms in which all samples are exactly 0. Shorter ones occur in
  /// faint sound.
  std::int64_t zero_frames() const;
  /// Channels without any sample other than 0.
  int zero_channels() const;
  std::int64_t not_finite() const { return not_finite_; }
  void count_not_finite(std::int64_t samples) { not_finite_ += samples; }

 private:
  struct Channel {
    double sum = 0;
    double square_sum = 0;
    float peak = 0;
    std::int64_t clipped = 0;
    std::int64_t run = 0;  // latest samples at full scale; negative: at negative full scale
  };

  void count_clipped(Span<const float> samples, Channel& channel) const;
  void count_zeros(const Block& block);

  std::vector<Channel> channels_;
  float full_scale_;
  std::int64_t least_zeros_;
  std::int64_t frames_ = 0;
  std::int64_t zero_frames_ = 0;  // of finished runs
  std::int64_t zero_run_ = 0;     // of the current run
  std::int64_t not_finite_ = 0;
};

}  // namespace pairalign::stats

// Where a recording is silent: at its ends, and in all.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "stats/audio/block.hpp"

namespace pairalign::stats {

/// Looks at spans of 10 ms. One is silent when its level is below -60 dBFS, or within 6 dB of what
/// a tenth of the spans lie below, which is the noise in the pauses, but then at least 20 dB below
/// the loudest span: so pauses are silence under noise too, and steady sound is none.
class SilenceMeter {
 public:
  SilenceMeter(int channels, int sample_rate);

  void add(const Block& block);
  /// Takes in what is left of the last span.
  void finish();

  /// Share of the recording; nothing for an empty one.
  std::optional<double> silence() const;
  /// Seconds before the first span that is not silent, and after the last one; all of them when
  /// there is none.
  double leading() const;
  double trailing() const;

 private:
  // Spans of a level, in dB: the first and the last of them, by number.
  struct Level {
    std::uint64_t spans = 0;
    std::int64_t first = 0;
    std::int64_t last = 0;
  };

  void end_span();
  std::size_t lowest_audible() const;

  double span_seconds_;
  std::size_t span_frames_;
  int channels_;
  double power_ = 0;        // of the span under way, summed
  std::size_t filled_ = 0;  // frames of it
  std::int64_t spans_ = 0;
  std::vector<Level> levels_;
};

}  // namespace pairalign::stats

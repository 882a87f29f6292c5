// Silence in a recording: at its ends, and in total.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "stats/audio/block.hpp"

namespace pairalign::stats {

/// Works on spans of 10 ms. A span is silent if its level is below -60 dBFS, or within 6 dB of the
/// level that a tenth of the spans lie below (the noise in the pauses) and at least 20 dB below the
/// loudest span: so pauses count as silence in noise too, and steady sound does not.
class SilenceMeter {
 public:
  SilenceMeter(int channels, int sample_rate);

  void add(const Block& block);
  /// Ends the last span, which may be incomplete.
  void finish();

  /// Share of the recording; nothing for an empty one.
  std::optional<double> silence() const;
  /// Seconds before the first span that is not silent, and after the last one; the whole length if
  /// there is none.
  double leading() const;
  double trailing() const;

 private:
  // Spans of one level in dB; the indices of the first and the last.
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
  double power_ = 0;        // of the current span, summed
  std::size_t filled_ = 0;  // frames of it
  std::int64_t spans_ = 0;
  std::vector<Level> levels_;
};

}  // namespace pairalign::stats

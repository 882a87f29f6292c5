// Summary over recordings.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "stats/audio/checks.hpp"
#include "stats/audio/figures.hpp"
#include "stats/group_table.hpp"

namespace pairalign::stats {

/// Distribution of a measurement over recordings.
struct Distribution {
  std::size_t count = 0;  ///< recordings that have it
  double min = 0, p5 = 0, median = 0, p95 = 0, max = 0;
};
Distribution distribution(std::vector<float> values);

/// Summary of many recordings; takes about 50 bytes per recording.
struct AudioSummary {
  std::uint64_t recordings = 0;
  std::uint64_t faulty = 0;
  double seconds = 0;
  double bytes = 0;
  /// Kinds of files, such as "wav pcm_s16, 16000 Hz, mono": recordings and seconds.
  std::map<std::string, std::pair<std::uint64_t, double>> kinds;
  std::map<std::string, std::uint64_t> findings;  ///< by check
  std::uint64_t flagged = 0;                      ///< recordings with a finding
  /// The values of each figure marked `distributed`, in the order of `audio_figures`.
  std::vector<std::vector<float>> values;

  void add(const AudioFigures& figures, const std::vector<Finding>& findings);
};

/// Files, hours and the median of each figure per group, and how many were flagged.
GroupTable group_table(const std::map<std::string, AudioSummary>& groups,
                       const AudioSummary& total);

}  // namespace pairalign::stats

// Measurements of audio, per recording and summed up: as text, tables, JSON and plots.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "stats/audio/figures.hpp"
#include "stats/groups.hpp"
#include "stats/plot.hpp"
#include "stats/report.hpp"

namespace pairalign::stats {

/// A recording, its measurements, and the findings of the checks.
struct MeasuredAudio {
  std::string path;
  std::string group;  ///< empty: there are no groups
  AudioFigures figures;
  std::vector<Finding> findings;
};

/// A line of column names and a line per recording, fields separated by TAB: the path (escaped as
/// in records), with `grouped` the group, the measurements, and the checks that found something,
/// separated by commas. An unknown value is an empty field.
std::string tsv_header(bool grouped);
std::string tsv_line(const MeasuredAudio& recording, bool grouped);

/// An object per recording, with the same names; unknown values are null. A path that is not UTF-8
/// has U+FFFD for invalid bytes, and all its bytes in `path_bytes`, as in records. `flags` is a
/// list of objects with `check`, `value`, `limit` and `unit`.
std::string json_line(const MeasuredAudio& recording, bool grouped);

/// `PATH TAB CHECK TAB VALUE TAB LIMIT` for each finding.
std::string finding_lines(const MeasuredAudio& recording);

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
  std::uint64_t unknown_length = 0;  ///< readable, but their headers state none, with --quick
  double seconds = 0;
  double bytes = 0;
  /// Kinds of files, such as "wav pcm_s16, 16000 Hz, mono": recordings and seconds.
  std::map<std::string, std::pair<std::uint64_t, double>> kinds;
  std::map<std::string, std::uint64_t> findings;  ///< by check
  std::uint64_t flagged = 0;                      ///< recordings with a finding
  /// The values of each figure marked `distributed`; none for the others.
  std::vector<std::vector<float>> values = std::vector<std::vector<float>>(audio_figures().size());

  void add(const AudioFigures& figures, const std::vector<Finding>& findings);
};

std::string to_text(const AudioSummary& summary, const Checks& checks);
Json to_json(const AudioSummary& summary, const Checks& checks);
Figure to_figure(const AudioSummary& summary);

/// Files, hours and the median of each figure per group, and how many were flagged.
GroupTable group_table(const std::map<std::string, AudioSummary>& groups,
                       const AudioSummary& total);

}  // namespace pairalign::stats

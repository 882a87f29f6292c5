// Measurements of audio as text, tables, JSON and plots.
#pragma once

#include <string>
#include <vector>

#include "stats/audio/checks.hpp"
#include "stats/audio/figures.hpp"
#include "stats/audio/summary.hpp"
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
void append_tsv(const MeasuredAudio& recording, bool grouped, std::string& text);

/// An object per recording, with the same names; unknown values are null. A path that is not UTF-8
/// has U+FFFD for invalid bytes, and all its bytes in `path_bytes`, as in records. `flags` is a
/// list of objects with `check`, `value`, `limit` and `unit`.
void append_json_line(const MeasuredAudio& recording, bool grouped, std::string& text);

/// `PATH TAB CHECK TAB VALUE TAB LIMIT` for each finding.
void append_findings(const MeasuredAudio& recording, std::string& text);

std::string to_text(const AudioSummary& summary, const Checks& checks);
Json to_json(const AudioSummary& summary, const Checks& checks);

std::vector<Panel> panels(const AudioSummary& summary);
std::string title(const AudioSummary& summary);
std::string subtitle(const AudioSummary& summary);

}  // namespace pairalign::stats

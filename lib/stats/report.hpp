// Reports as text for people, as JSON for programs and as plots. The names of the JSON members are
// those of the result structs; an undefined value is null.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "stats/groups.hpp"
#include "stats/pairs.hpp"
#include "stats/plot.hpp"
#include "stats/retrieval.hpp"
#include "stats/summary.hpp"
#include "stats/training_history.hpp"

namespace pairalign::stats {

using Json = nlohmann::ordered_json;

Json to_json(const Summary& summary);
Json to_json(const ReductionComparison& reduction);
Json to_json(const PairComparison& pairs);
Json to_json(const RetrievalMetrics& metrics);
Json to_json(const RunDifference& difference);
/// Curves are arrays of [step, value].
Json to_json(const TrainingHistory& history);

/// An object per group; "outliers" names the columns in which it stands out.
Json to_json(const GroupTable& table);

template <class T>
Json optional_json(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

/// JSON as one line of text, with its newline. Invalid UTF-8 in keys becomes U+FFFD.
std::string dump(const Json& json);

/// One "name   value" line per statistic. `detailed` adds a line per recording or per query.
std::string to_text(const Summary& summary);
std::string to_text(const ReductionComparison& reduction, bool detailed);
std::string to_text(const PairComparison& pairs);
std::string to_text(const RetrievalMetrics& metrics, bool detailed);
std::string to_text(const RunDifference& difference);
/// A line per curve: first value, last value, and the curve in block characters. `detailed`: all
/// curves, not only the main ones.
std::string to_text(const TrainingHistory& history, bool detailed);

/// A curve as one line of at most 40 block characters, scaled from its lowest to its highest mean;
/// the line is filled as far as the points reach into `steps`.
std::string spark_line(const std::vector<Point>& points, double steps);

/// Comparisons have panels only. `reference` names the stream compared with.
Figure to_figure(const Summary& summary);
Figure to_figure(const ReductionComparison& reduction, const std::string& reference);
Figure to_figure(const PairComparison& pairs, const std::string& reference);
Figure to_figure(const RetrievalMetrics& metrics);
Figure to_figure(const TrainingHistory& history);

}  // namespace pairalign::stats

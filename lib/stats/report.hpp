// Reports as text for people and as JSON for programs. The names of the JSON members are those of
// the result structs; a value that is not defined is null.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "stats/pairs.hpp"
#include "stats/retrieval.hpp"
#include "stats/summary.hpp"

namespace pairalign::stats {

using Json = nlohmann::ordered_json;

Json to_json(const Summary& summary);
Json to_json(const ReductionSummary& reduction);
Json to_json(const PairSummary& pairs);
Json to_json(const RetrievalMetrics& metrics);

/// JSON as one line of text, with its newline. Bytes of keys that are not UTF-8 come out as U+FFFD.
std::string dump(const Json& json);

/// One "name   value" line per figure. `detailed` adds a line per recording or per query.
std::string to_text(const Summary& summary);
std::string to_text(const ReductionSummary& reduction, bool detailed);
std::string to_text(const PairSummary& pairs);
std::string to_text(const RetrievalMetrics& metrics, bool detailed);

}  // namespace pairalign::stats

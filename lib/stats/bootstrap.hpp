// Whether one run is better than another by more than chance: a paired bootstrap.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "stats/retrieval.hpp"

namespace pairalign::stats {

/// A mean difference and the interval that contains 95 % of its resamples.
struct DifferenceInterval {
  double difference = 0;
  double low = 0, high = 0;
};

struct RunDifference {
  std::size_t queries = 0;
  std::size_t terms = 0;  ///< what was resampled
  DifferenceInterval map, mrr, precision_1, recall_10;
};

/// Query -> term. Queries of one term share their relevant documents, so they are drawn together.
using Terms = std::map<std::string, std::string>;

/// Reads `query TAB term [TAB …]` lines. Throws Error("FILE:LINE", reason).
Terms read_terms(const std::string& path);

/// Metrics of `run` minus those of `reference`, over the same qrels. Terms are drawn with
/// replacement, as many as there are; a query not in `terms` is a term of its own. The interval is
/// from the 2.5th to the 97.5th percentile of 10,000 resamples (Sakai, SIGIR 2006), the same at
/// each call. Throws Error("", reason) if the two were measured on different queries.
RunDifference compare_runs(const RetrievalMetrics& run, const RetrievalMetrics& reference,
                           const Terms& terms);

}  // namespace pairalign::stats

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/random.hpp"
#include "stats/quantiles.hpp"
#include "stats/retrieval.hpp"

namespace pairalign::stats {
namespace {

constexpr std::size_t kResamples = 10000;
constexpr std::uint64_t kSeed = 1;
constexpr double kTail = 0.025;

constexpr std::size_t kMetrics = kComparedMetrics.size();

// Sums over the queries of a term, or of a resample.
struct Sums {
  std::array<double, kMetrics> differences{};
  double queries = 0;

  void add(const Sums& other) {
    for (std::size_t i = 0; i < kMetrics; ++i)
      differences[i] += other.differences[i];
    queries += other.queries;
  }
};

std::vector<Sums> sums_by_term(const RetrievalMetrics& run, const RetrievalMetrics& reference,
                               const Terms& terms) {
  // A term and a query without a term are distinct, even if their names are the same.
  std::map<std::pair<bool, std::string>, Sums> by_term;
  for (std::size_t i = 0; i < run.per_query.size(); ++i) {
    const QueryMetrics& query = run.per_query[i];
    if (query.query != reference.per_query[i].query) {
      throw Error("", "the runs are evaluated on different queries");
    }
    const auto term = terms.find(query.query);
    const bool named = term != terms.end();
    Sums of_query{{}, 1};
    for (std::size_t m = 0; m < kMetrics; ++m) {
      const auto value = kComparedMetrics[m].value;
      of_query.differences[m] = query.*value - reference.per_query[i].*value;
    }
    by_term[{named, named ? term->second : query.query}].add(of_query);
  }
  std::vector<Sums> sums;
  for (const auto& [name, sum] : by_term)
    sums.push_back(sum);
  return sums;
}

}  // namespace

RunDifference compare_runs(const RetrievalMetrics& run, const RetrievalMetrics& reference,
                           const Terms& terms) {
  if (run.per_query.size() != reference.per_query.size() || run.per_query.empty()) {
    throw Error("", "the runs are evaluated on different queries");
  }
  const std::vector<Sums> by_term = sums_by_term(run, reference, terms);
  std::array<std::vector<double>, kMetrics> resampled;
  Random random(kSeed);
  Sums all;
  for (const Sums& term : by_term)
    all.add(term);
  for (std::size_t n = 0; n < kResamples; ++n) {
    Sums sample;
    for (std::size_t i = 0; i < by_term.size(); ++i)
      sample.add(by_term[random.below(by_term.size())]);
    for (std::size_t m = 0; m < kMetrics; ++m)
      resampled[m].push_back(sample.differences[m] / sample.queries);
  }
  RunDifference result{run.per_query.size(), by_term.size(), {}};
  for (std::size_t m = 0; m < kMetrics; ++m) {
    std::sort(resampled[m].begin(), resampled[m].end());
    result.intervals[m] = {all.differences[m] / all.queries, quantile(resampled[m], kTail),
                           quantile(resampled[m], 1 - kTail)};
  }
  return result;
}

}  // namespace pairalign::stats

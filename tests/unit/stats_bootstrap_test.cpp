#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "stats/retrieval.hpp"

using namespace pairalign;
using namespace pairalign::stats;

namespace {

// Metrics of queries q0, q1 ... of which only the average precision is given.
RetrievalMetrics metrics(const std::vector<double>& average_precision) {
  RetrievalMetrics m;
  for (std::size_t i = 0; i < average_precision.size(); ++i) {
    QueryMetrics query;
    query.query = "q" + std::to_string(i);
    query.average_precision = average_precision[i];
    m.per_query.push_back(query);
  }
  return m;
}

// The interval over all n^n resamples of terms, each as likely as the next.
DifferenceInterval exact_interval(const std::vector<std::vector<double>>& differences_by_term) {
  const std::size_t n = differences_by_term.size();
  std::size_t resamples = 1;
  for (std::size_t i = 0; i < n; ++i)
    resamples *= n;
  std::vector<double> means;
  for (std::size_t code = 0; code < resamples; ++code) {
    double sum = 0, count = 0;
    for (std::size_t i = 0, rest = code; i < n; ++i, rest /= n) {
      for (const double difference : differences_by_term[rest % n]) {
        sum += difference;
        ++count;
      }
    }
    means.push_back(sum / count);
  }
  std::sort(means.begin(), means.end());
  const auto at = [&](double share) {
    return means[static_cast<std::size_t>(share * static_cast<double>(resamples))];
  };
  return {0, at(0.025), at(0.975)};
}

}  // namespace

TEST_CASE("the interval of a difference is that of all resamples") {
  const RetrievalMetrics run = metrics({0.9, 0.2, 0.5, 0.7});
  const RetrievalMetrics reference = metrics({0.1, 0.3, 0.25, 0.7});
  const RunDifference found = compare_runs(run, reference, {});
  CHECK(found.queries == 4);
  CHECK(found.terms == 4);
  CHECK(found.intervals[0].difference == doctest::Approx((0.8 - 0.1 + 0.25 + 0) / 4));
  const DifferenceInterval exact = exact_interval({{0.8}, {-0.1}, {0.25}, {0}});
  CHECK(found.intervals[0].low == doctest::Approx(exact.low));
  CHECK(found.intervals[0].high == doctest::Approx(exact.high));
  CHECK(found.intervals[1].difference == 0);
}

TEST_CASE("queries of one term are drawn together") {
  const RetrievalMetrics run = metrics({0.9, 0.2, 0.5, 0.7, 0.6});
  const RetrievalMetrics reference = metrics({0.1, 0.3, 0.25, 0.7, 0.2});
  // q3 is a term of its own, not that of q4, though it is named like it.
  const Terms terms = {{"q0", "a"}, {"q1", "b"}, {"q2", "a"}, {"q4", "q3"}};
  const RunDifference found = compare_runs(run, reference, terms);
  CHECK(found.queries == 5);
  CHECK(found.terms == 4);
  CHECK(found.intervals[0].difference == doctest::Approx((0.8 - 0.1 + 0.25 + 0 + 0.4) / 5));
  const DifferenceInterval exact = exact_interval({{0.8, 0.25}, {-0.1}, {0}, {0.4}});
  CHECK(found.intervals[0].low == doctest::Approx(exact.low));
  CHECK(found.intervals[0].high == doctest::Approx(exact.high));
}

TEST_CASE("a run differs from itself by nothing, and not at all from one of other queries") {
  const RetrievalMetrics run = metrics({0.9, 0.2});
  const RunDifference same = compare_runs(run, run, {});
  CHECK(same.intervals[0].low == 0);
  CHECK(same.intervals[0].high == 0);
  CHECK_THROWS_AS(compare_runs(run, metrics({0.9}), {}), Error);
  RetrievalMetrics others = run;
  others.per_query[1].query = "other";
  CHECK_THROWS_AS(compare_runs(run, others, {}), Error);
}

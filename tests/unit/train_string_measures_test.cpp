#include <doctest/doctest.h>

#include "train/training_log.hpp"
#include "train/validation.hpp"

using namespace pairalign;
using namespace pairalign::train;

TEST_CASE("measures of strings, by hand") {
  ThreadPool pool(2);
  StringPairs pairs;
  pairs.clean = {{1, 2, 3, 4}, {5, 6, 7, 8}, {1, 2, 3, 9}, {0, 0, 0, 0, 0, 0}};
  pairs.views = {{1, 2, 3}, {5, 6, 7, 8}, {1, 2, 3, 4}, {}};
  pairs.clean_seconds = 2;
  pairs.capped = 2;
  const StringReport report = measure_strings(pairs, 16, pool);
  CHECK(report.tokens_per_second == 9);
  // Distances to their own: 1/4, 0, 1/4, 1.
  CHECK(report.edit_similarity == doctest::Approx((0.75 + 1 + 0.75 + 0) / 4));
  // View 0 is as near to string 2 as to its own, which comes first; view 2 is string 0; view 3 is
  // as far from all, and its own comes last.
  CHECK(report.reciprocal_rank == doctest::Approx((1 + 1 + 0.5 + 0.25) / 4));
  CHECK(report.collapsed == doctest::Approx(1.0 / 8));
  CHECK(report.capped == doctest::Approx(2.0 / 8));
  CHECK(report.codes_used == 10);
  CHECK(measure_strings({}, 16, pool).edit_similarity == 0);
}

TEST_CASE("terms are averaged by their weights, in the order of their appearance") {
  StepReport first, second;
  first.loss = 2;
  first.add_term("frame", 1, 3);
  first.code_counts = {1, 0, 0};
  second.loss = 4;
  second.add_term("pointer", 7, 2);
  second.add_term("frame", 5, 1);
  second.code_counts = {0, 0, 4};
  StepWindow window;
  window.add(first);
  window.add(second);
  const StepSummary summary = window.summarise({});
  CHECK(summary.loss == 3);
  REQUIRE(summary.terms.size() == 2);
  CHECK(summary.terms[0].name == "frame");
  CHECK(summary.terms[0].value == doctest::Approx((3 * 1 + 1 * 5) / 4.0));
  CHECK(summary.terms[1].name == "pointer");
  CHECK(summary.terms[1].value == 7);
  CHECK(summary.codes_used == 2);
}

TEST_CASE("perplexity and codes in use") {
  CHECK(perplexity({}) == 0);
  CHECK(perplexity({0, 0}) == 0);
  CHECK(perplexity({5, 5, 0, 5, 5}) == doctest::Approx(4));
  CHECK(codes_in_use({5, 5, 0, 5, 5}) == 4);
}

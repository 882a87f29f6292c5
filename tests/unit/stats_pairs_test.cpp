#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "stats/pairs.hpp"
#include "stats/quantiles.hpp"

using namespace pairalign;
using namespace pairalign::stats;
using tokens::Record;
using tokens::Token;

namespace {

Record record(const std::string& key, std::vector<Token> tokens) {
  return {key, 1, std::move(tokens), {}};
}

}  // namespace

TEST_CASE("measures of a pair, by hand") {
  // Distance 2 (5 left out, 6 for 3), sets {1, 2, 3, 5} and {1, 2, 6} share two of five.
  const PairMeasures m = measure_pair(std::vector<Token>{1, 2, 5, 3}, std::vector<Token>{1, 2, 6});
  CHECK(m.edits == 2);
  CHECK(m.edit_similarity == doctest::Approx(0.5));
  CHECK(m.jaccard == doctest::Approx(0.4));
  CHECK(m.length_ratio == doctest::Approx(0.75));
  CHECK(m.length_change == 1);
}

TEST_CASE("pairs with empty strings") {
  const std::vector<Token> none, two{1, 2};
  const PairMeasures both = measure_pair(none, none);
  CHECK(both.edit_similarity == 1);
  CHECK(both.jaccard == 1);
  CHECK(both.length_ratio == 1);
  const PairMeasures one = measure_pair(none, two);
  CHECK(one.edit_similarity == 0);
  CHECK(one.jaccard == 0);
  CHECK(one.length_ratio == 0);
  CHECK(one.edits == 2);
}

TEST_CASE("means and medians") {
  CHECK(centre({}).mean == 0);
  CHECK(centre({5, 1, 3}).median == 3);
  CHECK(centre({5, 1, 3}).mean == doctest::Approx(3));
  CHECK(centre({4, 1, 2, 9}).median == doctest::Approx(3));
}

TEST_CASE("keys meet by name, else by a stem that only one has") {
  KeyMatcher matcher;
  matcher.add("a/x.wav");
  matcher.add("a/y.wav#t=0.00,3.00");
  matcher.add("a/z.wav");
  matcher.add("b/z.wav");
  CHECK(matcher.match("a/x.wav") == std::size_t{0});
  CHECK(matcher.match("elsewhere/x.opus") == std::size_t{0});
  CHECK(matcher.match("y.opus#t=0.00,3.00") == std::size_t{1});
  CHECK_FALSE(matcher.match("y.opus#t=3.00,6.00"));
  CHECK(matcher.match("b/z.wav") == std::size_t{3});
  CHECK_FALSE(matcher.match("c/z.wav"));  // a/z or b/z?
  CHECK_FALSE(matcher.match("w.wav"));
  CHECK_THROWS_WITH_AS(matcher.add("a/x.wav"), "a/x.wav: occurs twice in the reference", Error);
}

TEST_CASE("a comparison averages its pairs and names those without a partner") {
  PairComparison comparison;
  comparison.add_reference(record("x.wav", {1, 2, 3, 4}));
  comparison.add_reference(record("y.wav", {5, 6}));
  comparison.add_reference(record("spare.wav", {5, 6}));
  comparison.add(record("x.opus", {1, 2, 3, 4}));
  comparison.add(record("y.opus", {6}));
  comparison.add(record("lonely.opus", {6}));
  CHECK(comparison.measures().size() == 2);
  CHECK(comparison.identical() == 1);
  const auto of_pairs = [&](double PairMeasures::*value) {
    return centre(comparison.values(value));
  };
  CHECK(of_pairs(&PairMeasures::edit_similarity).mean == doctest::Approx(0.75));
  CHECK(of_pairs(&PairMeasures::edits).median == doctest::Approx(0.5));
  CHECK(of_pairs(&PairMeasures::length_change).mean == doctest::Approx(0.5));
  CHECK(comparison.unmatched() == std::vector<std::string>{"lonely.opus"});
  CHECK(comparison.unused() == std::vector<std::string>{"spare.wav"});
}

TEST_CASE("token reduction is over the matched records only") {
  ReductionComparison comparison;
  comparison.add_reference(record("x", {1, 2, 3, 4, 5, 6}));
  comparison.add_reference(record("y", {1, 2}));
  comparison.add_reference(record("empty", {}));
  comparison.add_reference(record("spare", {1, 2, 3}));
  comparison.add(record("x", {1, 2}));
  comparison.add(record("y", {1, 2}));
  comparison.add(record("empty", {}));
  comparison.add(record("lonely", {9, 9, 9, 9}));
  CHECK(comparison.total().tokens == 4);
  CHECK(comparison.total().reference_tokens == 8);
  CHECK(*comparison.total().share() == doctest::Approx(0.5));
  REQUIRE(comparison.records().size() == 3);
  CHECK(*comparison.records()[0].share() == doctest::Approx(2.0 / 3));
  CHECK_FALSE(comparison.records()[2].share());
  CHECK(comparison.unmatched() == std::vector<std::string>{"lonely"});
  CHECK(comparison.unused() == std::vector<std::string>{"spare"});
}

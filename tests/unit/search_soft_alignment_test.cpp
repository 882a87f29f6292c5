#include <algorithm>
#include <numeric>
#include <vector>

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "base/random.hpp"
#include "search/soft_alignment.hpp"

using namespace pairalign;
using namespace pairalign::search;

namespace {

using Tokens = std::vector<Token>;

constexpr int kGap = SoftCost::kGap;

Tokens random_tokens(std::size_t length, int alphabet, Random& random) {
  Tokens tokens(length);
  for (Token& token : tokens)
    token = static_cast<Token>(random.below(static_cast<std::uint64_t>(alphabet)));
  return tokens;
}

// Few different scores that add up to gaps: many alignments are equally good.
SoftCost coarse_cost(int vocabulary, Random& random) {
  std::vector<std::int8_t> scores(static_cast<std::size_t>(vocabulary * vocabulary));
  for (std::int8_t& score : scores)
    score = static_cast<std::int8_t>((static_cast<int>(random.below(4)) - 2) * kGap / 2);
  return {vocabulary, scores};
}

// Any scores, not even symmetric: nothing in an alignment needs that.
SoftCost random_cost(int vocabulary, Random& random) {
  std::vector<std::int8_t> scores(static_cast<std::size_t>(vocabulary * vocabulary));
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const bool same = i % static_cast<std::size_t>(vocabulary + 1) == 0;
    scores[i] = static_cast<std::int8_t>(same ? random.uniform(10, 48) : random.uniform(-40, 14));
  }
  return {vocabulary, scores};
}

// The oracle: the textbook matrix of a query against a whole document.
int slow_global(const Tokens& query, const Tokens& document, const SoftCost& cost) {
  std::vector<std::vector<int>> d(query.size() + 1, std::vector<int>(document.size() + 1));
  for (std::size_t i = 0; i <= query.size(); ++i) {
    for (std::size_t j = 0; j <= document.size(); ++j) {
      std::vector<int> ways;
      if (i == 0 && j == 0) ways.push_back(0);
      if (i > 0) ways.push_back(d[i - 1][j] - kGap);
      if (j > 0) ways.push_back(d[i][j - 1] - kGap);
      if (i > 0 && j > 0) {
        ways.push_back(d[i - 1][j - 1] + cost.score(query[i - 1], document[j - 1]));
      }
      d[i][j] = *std::max_element(ways.begin(), ways.end());
    }
  }
  return d[query.size()][document.size()];
}

// Every stretch of the document as a whole; the smallest end wins, then the largest begin.
SoftMatch slow_infix(const Tokens& query, const Tokens& document, const SoftCost& cost) {
  SoftMatch best{slow_global(query, {}, cost), 0, 0};
  for (std::size_t end = 1; end <= document.size(); ++end) {
    for (std::size_t begin = end; begin-- > 0;) {
      const Tokens stretch(document.begin() + static_cast<std::ptrdiff_t>(begin),
                           document.begin() + static_cast<std::ptrdiff_t>(end));
      const int score = slow_global(query, stretch, cost);
      if (score > best.score) best = {score, begin, end};
    }
  }
  return best;
}

void check_equal(const SoftMatch& got, const SoftMatch& expected) {
  REQUIRE(got.score == expected.score);
  REQUIRE(got.begin == expected.begin);
  REQUIRE(got.end == expected.end);
}

// All queries at once against each document must score what `align` says.
void check_profile(const std::vector<Tokens>& queries, const std::vector<Tokens>& documents,
                   const SoftCost& cost, Mode mode) {
  const std::vector<Span<const Token>> views(queries.begin(), queries.end());
  const SoftProfile profile(views, cost, mode);
  std::vector<int> scores;
  for (const Tokens& document : documents) {
    REQUIRE(profile.fits(document.size()));
    profile.best_scores(document, scores);
    REQUIRE(scores.size() == queries.size());
    for (std::size_t q = 0; q < queries.size(); ++q)
      REQUIRE(scores[q] == align(queries[q], document, cost, mode).score);
  }
}

}  // namespace

TEST_CASE("scores and places equal plain dynamic programming over all stretches") {
  Random random(1);
  for (int round = 0; round < 200; ++round) {
    const int vocabulary = 2 + static_cast<int>(random.below(6));
    const SoftCost cost =
        round % 2 == 0 ? random_cost(vocabulary, random) : coarse_cost(vocabulary, random);
    const Tokens query = random_tokens(random.below(9), vocabulary, random);
    const Tokens document = random_tokens(random.below(16), vocabulary, random);
    check_equal(align(query, document, cost, Mode::infix), slow_infix(query, document, cost));
    check_equal(align(query, document, cost, Mode::global),
                {slow_global(query, document, cost), 0, document.size()});
  }
}

TEST_CASE("a matrix by hand") {
  // 0 and 1 resemble one another, 2 resembles nothing; units are quarters of a bit.
  const SoftCost cost(3, {20, 8, -16, 8, 24, -16, -16, -16, 32});
  const Tokens query{0, 1, 2};
  CHECK(cost.best_possible(query) == 20 + 24 + 32);
  const SoftMatch exact = align(query, Tokens{2, 0, 1, 2, 0}, cost, Mode::infix);
  CHECK(exact.score == 76);
  CHECK(exact.begin == 1);
  CHECK(exact.end == 4);
  // Confused: 0 1 2 heard as 1 0 2.
  CHECK(align(query, Tokens{1, 0, 2}, cost, Mode::global).score == 8 + 8 + 32);
  // 1 is missing: a gap of 4 bits.
  CHECK(align(query, Tokens{0, 2}, cost, Mode::global).score == 20 + 32 - 16);
  // A third token is put in between.
  CHECK(align(query, Tokens{0, 2, 1, 2}, cost, Mode::global).score == 76 - 16);
}

TEST_CASE("tokens beyond the vocabulary match nothing, not even themselves") {
  const SoftCost cost(2, {12, -7, -9, 10});
  CHECK(cost.score(0, 2) == -9);
  CHECK(cost.score(65535, 65535) == -9);
  CHECK(cost.best_possible(Tokens{0, 7}) == 12 - 9);
  check_profile({{0, 1, 9}, {9}, {1}}, {{0, 1, 9}, {9, 9}, {65535, 1}}, cost, Mode::infix);
  CHECK_THROWS_AS(SoftCost(2, {1, 2, 3}), Error);
}

TEST_CASE("empty strings have defined scores") {
  const SoftCost cost(2, {12, -7, -9, 10});
  check_equal(align(Tokens{}, Tokens{0, 1}, cost, Mode::infix), {0, 0, 0});
  check_equal(align(Tokens{}, Tokens{0, 1}, cost, Mode::global), {-2 * kGap, 0, 2});
  check_equal(align(Tokens{0, 1}, Tokens{}, cost, Mode::infix), {-2 * kGap, 0, 0});
  check_equal(align(Tokens{0, 1}, Tokens{}, cost, Mode::global), {-2 * kGap, 0, 0});
  for (const Mode mode : {Mode::infix, Mode::global})
    check_profile({{}, {0}, {}}, {{}, {1}, {0, 1, 0}}, cost, mode);
  check_profile({{}}, {{}, {1}}, cost, Mode::global);
}

TEST_CASE("queries scored together score as alone, whatever their lengths") {
  Random random(2);
  for (const std::size_t count : {1U, 5U, 32U}) {
    for (const int vocabulary : {3, 60}) {
      const SoftCost cost = random_cost(vocabulary, random);
      std::vector<Tokens> queries, documents;
      for (std::size_t q = 0; q < count; ++q)
        queries.push_back(random_tokens(random.below(40), vocabulary, random));
      for (int d = 0; d < 20; ++d) {
        documents.push_back(random_tokens(random.below(90), vocabulary, random));
        const Tokens& query = queries[random.below(count)];  // so that something is found
        documents.back().insert(documents.back().end(), query.begin(), query.end());
      }
      for (const Mode mode : {Mode::infix, Mode::global})
        check_profile(queries, documents, cost, mode);
    }
  }
}

TEST_CASE("the longest queries and documents do not overflow") {
  const std::size_t longest = SoftProfile::kLongestQuery;
  const Tokens same(longest, 0), other(longest, 1);
  const SoftCost extreme(2, {127, -128, -128, 127});
  check_profile({same, other, {0}}, {same, other, Tokens(5000, 1)}, extreme, Mode::infix);

  const std::vector<Span<const Token>> views{same};
  const SoftProfile profile(views, extreme, Mode::global);
  std::size_t fitting = 0;
  while (profile.fits(fitting + 1))
    ++fitting;
  CHECK(fitting > 1000);
  check_profile({same, other, {}}, {Tokens(fitting, 1), Tokens(fitting, 0)}, extreme, Mode::global);

  const Tokens too_long(longest + 1, 0);
  CHECK_THROWS_AS(SoftProfile(std::vector<Span<const Token>>{too_long}, extreme, Mode::infix),
                  Error);
  const std::vector<Span<const Token>> too_many(SoftProfile::kLanes + 1, same);
  CHECK_THROWS_AS(SoftProfile(too_many, extreme, Mode::infix), Error);
}

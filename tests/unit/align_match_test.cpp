#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include <doctest/doctest.h>

#include "align/match.hpp"
#include "align/soft_cost.hpp"
#include "align/unit_cost.hpp"
#include "align_strings.hpp"
#include "base/error.hpp"
#include "base/random.hpp"

using namespace pairalign;
using namespace pairalign::align;
using test::edited;
using test::equal;
using test::random_cost;
using test::random_tokens;
using test::slow_places;
using test::Tokens;

namespace {

constexpr int kGap = SoftCost::kGap;

std::size_t global_distance(const Distance& cost, const Tokens& query, const Tokens& document) {
  return Matcher(cost, query).best(document, Mode::global).distance;
}

// The score of soft costs, in quarters of a bit.
int soft_score(const SoftCost& cost, const Tokens& query, const Tokens& document, Mode mode) {
  const Match match = Matcher(cost, query).best(document, mode);
  return cost.best_possible(query) - static_cast<int>(match.distance);
}

void check_against_oracle(const Distance& cost, const Tokens& query, const Tokens& document) {
  Matcher matcher(cost, query);
  const std::size_t max_distance = cost.max_distance(query);
  const auto global = test::matrix(cost, query, document, false)[query.size()][document.size()];
  REQUIRE(equal({matcher.best(document, Mode::global)}, {{global, 0, document.size()}}));
  REQUIRE(matcher.distance(document, Mode::global) == global);
  std::vector<Match> best = slow_places(cost, query, document, max_distance, 1);
  if (best.empty()) best = {{max_distance, 0, 0}};
  REQUIRE(equal({matcher.best(document, Mode::infix)}, best));
  REQUIRE(matcher.distance(document, Mode::infix) == best[0].distance);
  for (const std::size_t bound : {max_distance / 4, max_distance / 2, max_distance}) {
    for (const std::size_t count : {0U, 1U, 2U}) {
      CAPTURE(bound);
      CAPTURE(count);
      REQUIRE(equal(matcher.places(document, bound, count),
                    slow_places(cost, query, document, bound, count)));
    }
  }
}

}  // namespace

TEST_CASE("matches and places of unit costs equal those of plain dynamic programming") {
  Random random(1);
  for (const std::size_t m : {0U, 1U, 2U, 3U, 17U, 63U, 64U, 65U, 129U}) {
    for (const std::size_t n : {0U, 1U, 2U, 3U, 17U, 40U}) {
      for (const unsigned alphabet : {1U, 2U, 9U, 512U})
        check_against_oracle(kUnitCost, random_tokens(m, alphabet, random),
                             random_tokens(n, alphabet, random));
    }
  }
}

TEST_CASE("edited copies of a query are found where they were put") {
  Random random(2);
  for (int round = 0; round < 40; ++round) {
    const Tokens query = random_tokens(1 + random.below(20), 20, random);
    Tokens document = random_tokens(random.below(15), 20, random);
    for (auto copies = 1 + random.below(5); copies > 0; --copies) {
      const Tokens copy = edited(query, 5, 20, random);
      document.insert(document.end(), copy.begin(), copy.end());
      const Tokens gap = random_tokens(random.below(6), 20, random);
      document.insert(document.end(), gap.begin(), gap.end());
    }
    check_against_oracle(kUnitCost, query, document);
  }
}

TEST_CASE("matches and places of soft costs equal those of plain dynamic programming") {
  Random random(3);
  for (int round = 0; round < 3000; ++round) {
    const int vocabulary = 2 + static_cast<int>(random.below(6));
    const SoftCost cost = random_cost(vocabulary, round % 2 == 0, random);
    const auto alphabet = static_cast<unsigned>(vocabulary) + (round % 5 == 0 ? 1 : 0);
    const Tokens document = random_tokens(random.below(40), alphabet, random);
    const Tokens query = random_tokens(random.below(9), alphabet, random);
    CAPTURE(round);
    check_against_oracle(cost, query, document);
  }
}

TEST_CASE("the whole alphabet, 0 and 65535 included") {
  const Tokens query{0, 65535, 0, 7};
  check_against_oracle(kUnitCost, query, {65534, 0, 65535, 0, 7, 65535});
  check_against_oracle(kUnitCost, query, {1, 2, 3});
  Random random(3);
  check_against_oracle(kUnitCost, random_tokens(90, 65536, random),
                       random_tokens(60, 65536, random));
}

TEST_CASE("of equal matches the first end wins, and there the shortest part") {
  // "1 2" stands at [1, 3) and [4, 6).
  const Tokens query{1, 2};
  Matcher matcher(kUnitCost, query);
  const Tokens twice{9, 1, 2, 9, 1, 2};
  CHECK(equal({matcher.best(twice, Mode::infix)}, {{0, 1, 3}}));
  CHECK(equal(matcher.places(twice, 0), {{0, 1, 3}, {0, 4, 6}}));
  // Distance 1 is reached at end 1 already: "1" alone, its 2 deleted.
  CHECK(equal({matcher.best(Tokens{1, 9, 2}, Mode::infix)}, {{1, 0, 1}}));
  CHECK(equal(matcher.places(Tokens{1, 9, 2}, 1), {{1, 0, 1}, {1, 2, 3}}));
}

TEST_CASE("places of one token that is said for an hour") {
  const Tokens query(10, 7), document(1003, 7);
  const std::vector<Match> places = Matcher(kUnitCost, query).places(document, 0);
  CHECK(places.size() == 100);
  CHECK(places.back().end == 1000);
}

TEST_CASE("edit distance of two strings") {
  Random random(4);
  for (int round = 0; round < 60; ++round) {
    const Tokens a = random_tokens(random.below(300), 6, random);
    const Tokens b =
        round % 2 == 0 ? random_tokens(random.below(300), 6, random) : edited(a, 8, 6, random);
    const auto expected = test::matrix(kUnitCost, a, b, false)[a.size()][b.size()];
    REQUIRE(edit_distance(a, b) == expected);
    REQUIRE(edit_distance(b, a) == expected);
  }
}

TEST_CASE("empty strings have defined distances") {
  const Tokens none, three{1, 2, 3};
  CHECK(equal({Matcher(kUnitCost, none).best(three, Mode::infix)}, {{0, 0, 0}}));
  CHECK(Matcher(kUnitCost, none).places(three, 9).empty());
  CHECK(Matcher(kUnitCost, three).best(none, Mode::infix).distance == 3);
  CHECK(global_distance(kUnitCost, none, three) == 3);
  CHECK(global_distance(kUnitCost, three, none) == 3);
  CHECK(edit_distance(none, none) == 0);
  CHECK(edit_distance(none, three) == 3);
  // A query that fits nowhere matches the empty part at the beginning.
  CHECK(equal({Matcher(kUnitCost, three).best(Tokens{7, 8, 9, 10}, Mode::infix)}, {{3, 0, 0}}));
  const SoftCost cost(2, {12, -7, -9, 10});
  CHECK(soft_score(cost, {}, {0, 1}, Mode::global) == -2 * kGap);
  CHECK(soft_score(cost, {0, 1}, {}, Mode::infix) == -2 * kGap);
}

TEST_CASE("soft costs by hand") {
  // 0 and 1 resemble one another, 2 resembles nothing; units are quarters of a bit.
  const SoftCost cost(3, {20, 8, -16, 8, 24, -16, -16, -16, 32});
  const Tokens query{0, 1, 2};
  CHECK(cost.best_possible(query) == 20 + 24 + 32);
  CHECK(equal({Matcher(cost, query).best(Tokens{2, 0, 1, 2, 0}, Mode::infix)}, {{0, 1, 4}}));
  CHECK(cost.score(query, 0, 1) == 19);
  CHECK(cost.bound(query, 18, 1) == 4);
  CHECK(cost.bound(query, 0, 1) == 75);
  CHECK_FALSE(cost.bound(query, 20, 1));
  // Confused: 0 1 2 heard as 1 0 2.
  CHECK(soft_score(cost, query, {1, 0, 2}, Mode::global) == 8 + 8 + 32);
  // 1 is missing.
  CHECK(soft_score(cost, query, {0, 2}, Mode::global) == 20 + 32 - kGap);
  // A third token is inserted.
  CHECK(soft_score(cost, query, {0, 2, 1, 2}, Mode::global) == 76 - kGap);
}

TEST_CASE("a token that says little is left out of a query at no cost, and scores what it did") {
  // 2 is such a token; the scores of 0 and 1 with themselves are 40.
  const SoftCost cost(3, {40, -8, -16, -8, 40, -16, -16, -16, 20});
  const auto score = [&](const Tokens& query, const Tokens& document) {
    const std::size_t distance = Matcher(cost, query).best(document, Mode::infix).distance;
    return SoftCost::kUnitsPerBit * cost.score(query, distance, 1);
  };
  CHECK(score({0, 1}, {0, 1}) == 80);
  CHECK(score({2, 0, 1, 2}, {0, 1}) == 80);
  CHECK(score({2, 0, 1, 2}, {2, 0, 1, 0}) == 100);
  CHECK(score({0, 1}, {0, 2, 1}) == 80 - kGap);  // insertions cost what they did
  CHECK(cost.bound(Tokens{2, 0, 1}, 25, 1) == 0);
  CHECK_FALSE(cost.bound(Tokens{2, 0, 1}, 25.25, 1));
}

TEST_CASE("alternatives: a place is scored with the mixture of their rows") {
  Random random(31);
  std::vector<std::int8_t> scores(400);
  for (std::size_t i = 0; i < scores.size(); ++i)
    scores[i] = static_cast<std::int8_t>(i % 21 == 0 ? 40 : random.uniform(-40, 14));
  const SoftCost cost(20, scores);
  tokens::Record plain{"plain", 1, {3, 25}, {}}, sure{"sure", 1, {3, 19}, {}};
  tokens::Record query{"query", 1, {3, 7, 3}, {}};
  sure.alternatives = {{{{3, 500}}}, {{{19, 1}}}};
  query.alternatives = {
      {{{3, 600}, {5, 400}}}, {{{1, 10}, {2, 10}, {25, 20}}}, {{{3, 1}, {5, 1}}, {{6, 1}}}};
  std::vector<tokens::Record> queries{plain, sure, query};
  const auto own = cost.with_alternatives(queries);
  REQUIRE(own != nullptr);
  // Without alternatives a token stays what it is, or unknown.
  CHECK(queries[0].tokens[0] == 3);
  CHECK(own->substitution(queries[0].tokens[1], 3) == cost.substitution(25, 3));
  CHECK(own->deletion(queries[0].tokens[1]) == cost.deletion(25));
  for (Token document = 0; document < 22; ++document) {
    const auto score = [&](const tokens::Record& of, std::size_t place) {
      const Token token = of.tokens[place];
      return own->deletion(token) - kGap - own->substitution(token, document);
    };
    // A single alternative is the token.
    CHECK(score(queries[1], 0) == cost.score_of(3, document));
    CHECK(score(queries[1], 1) == cost.score_of(19, document));
    std::size_t row = 0;
    for (const std::vector<tokens::Mixture>& parts : query.alternatives) {
      const auto share = 1.0 / static_cast<double>(parts.size());
      for (const tokens::Mixture& part : parts) {
        double odds = 0, total = 0;
        for (const auto& [token, weight] : part) {
          odds += weight * std::exp2(cost.score_of(token, document) / 4.0);
          total += weight;
        }
        // Half of a token has half of its gap cost: 6 less, in score and gap cost alike.
        const auto expected = std::lround(4 * share * std::log2(odds / total));
        if (document < 20) CHECK(score(queries[2], row) == expected - (parts.size() == 2 ? 6 : 0));
        ++row;
      }
    }
    CHECK(row == queries[2].tokens.size());
  }
  CHECK(own->written(queries[2].tokens) == query.tokens);
  CHECK(own->written(queries[0].tokens)[0] == 3);
  CHECK(own->in_parts(queries[2].tokens));
  CHECK_FALSE(own->in_parts(queries[0].tokens));
  CHECK(own->join(queries[2].tokens[3], queries[2].tokens[2]) == 0);
  CHECK(own->join(queries[2].tokens[2], queries[2].tokens[1]) == SoftCost::kJoin);
  CHECK(kUnitCost.with_alternatives(queries) == nullptr);
}

// The oracle: the best over all ways to pair, delete and insert, part by part.
TEST_CASE("parts in a row may be paired with one token of the document") {
  Random random(32);
  const SoftCost cost = test::random_cost(8, false, random);
  for (int round = 0; round < 60; ++round) {
    std::vector<tokens::Record> queries{{"q", 1, test::random_tokens(3, 8, random), {}}};
    for (std::size_t i = 0; i < 3; ++i) {
      std::vector<tokens::Mixture>& parts = queries[0].alternatives.emplace_back();
      parts.resize(1 + random.below(3), {{static_cast<Token>(random.below(8)), 1}});
      parts.back()[0].token = static_cast<Token>(random.below(8));
    }
    const auto own = cost.with_alternatives(queries);
    const Tokens query = queries[0].tokens, document = test::random_tokens(4, 8, random);
    // The least cost of the rest of the query against the rest of the document; `again`: the part
    // before is paired with the token before.
    const std::function<int(std::size_t, std::size_t, bool)> rest = [&](std::size_t i,
                                                                        std::size_t j, bool again) {
      if (i == query.size()) return static_cast<int>(document.size() - j) * own->insertion();
      int least = own->deletion(query[i]) + rest(i + 1, j, false);
      if (again) {
        const int paired =
            own->join(query[i - 1], query[i]) + own->substitution(query[i], document[j - 1]);
        least = std::min(least, paired + rest(i + 1, j, true));
      }
      if (j == document.size()) return least;
      least = std::min(least, own->substitution(query[i], document[j]) + rest(i + 1, j + 1, true));
      return std::min(least, own->insertion() + rest(i, j + 1, false));
    };
    CHECK(Matcher(*own, query).distance(document, Mode::global) ==
          static_cast<std::size_t>(rest(0, 0, false)));
  }
}

TEST_CASE("alternatives of a token that says little do not make it say more") {
  const SoftCost cost(3, {40, -8, -16, -8, 40, -16, -16, -16, 20});  // 2 says little
  std::vector<tokens::Record> queries{{"q", 1, {2, 0, 2}, {}}};
  queries[0].alternatives = {{{{2, 1}}}, {{{0, 1}}}, {{{2, 1}}}};
  const auto own = cost.with_alternatives(queries);
  const Tokens query = queries[0].tokens;
  for (const Tokens& document : {Tokens{0}, Tokens{2, 0, 2}, Tokens{1, 0, 1}}) {
    const auto score = [&](const align::Distance& with, const Tokens& of) {
      return with.score(of, Matcher(with, of).best(document, Mode::infix).distance, 1);
    };
    CHECK(score(*own, query) == score(cost, {2, 0, 2}));
  }
}

TEST_CASE("tokens beyond the vocabulary match nothing, not even themselves") {
  const SoftCost cost(2, {12, -7, -9, 10});
  CHECK(cost.score_of(0, 2) == -9);
  CHECK(cost.score_of(65535, 65535) == -9);
  CHECK(cost.best_possible(Tokens{0, 7}) == 12 - 9);
  // To leave out a token that nothing matches well is the best that can be done with it.
  CHECK(SoftCost(2, {12, -70, -70, -80}).best_possible(Tokens{1, 7}) == -2 * kGap);
  CHECK_THROWS_AS(SoftCost(2, {1, 2, 3}), Error);
}

TEST_CASE("scores and bounds of unit costs") {
  const Tokens query(10, 1);
  CHECK(kUnitCost.score(query, 3, 10) == 0.7);
  CHECK(kUnitCost.bound(query, 0.7, 10) == 3);  // also where 1 − 0.7 is rounded down
  CHECK(kUnitCost.bound(query, 0, 10) == 9);
  CHECK_FALSE(kUnitCost.bound(query, 1.1, 10));
  CHECK(kUnitCost.min_distance(Mode::infix, 10, 4) == 6);
  CHECK(kUnitCost.min_distance(Mode::infix, 4, 10) == 0);
  CHECK(kUnitCost.min_distance(Mode::global, 4, 10) == 6);
}

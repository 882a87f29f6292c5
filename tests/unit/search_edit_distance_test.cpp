#include <algorithm>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "base/random.hpp"
#include "search/edit_distance.hpp"
#include "search_strings.hpp"

using namespace pairalign;
using namespace pairalign::search;
using test::edited;
using test::random_tokens;
using test::slow_distance;
using test::slow_infix;
using test::Tokens;

namespace {

void check_against_oracle(const Tokens& query, const Tokens& document) {
  const Match expected = slow_infix(query, document);
  const auto infix = align(query, document);
  REQUIRE(infix);
  REQUIRE(infix->distance == expected.distance);
  REQUIRE(infix->end == expected.end);
  REQUIRE(infix->begin == expected.begin);

  const std::size_t distance = slow_distance(query, document);
  const auto global = align(query, document, {Mode::global, {}});
  REQUIRE(global);
  REQUIRE(global->distance == distance);
  REQUIRE(global->begin == 0);
  REQUIRE(global->end == document.size());
  REQUIRE(edit_distance(query, document) == distance);
  REQUIRE(edit_distance(document, query) == distance);
}

}  // namespace

TEST_CASE("distances and places equal plain dynamic programming") {
  Random random(1);
  const std::size_t lengths[] = {0, 1, 2, 3, 17, 63, 64, 65, 128, 129, 300};
  for (const std::size_t m : lengths) {
    for (const std::size_t n : lengths) {
      for (const unsigned alphabet : {2U, 9U, 512U}) {
        check_against_oracle(random_tokens(m, alphabet, random),
                             random_tokens(n, alphabet, random));
      }
    }
  }
}

TEST_CASE("an edited query is found where it was put") {
  Random random(2);
  for (int round = 0; round < 60; ++round) {
    const auto length = static_cast<std::size_t>(1 + random.below(150));
    const Tokens query = random_tokens(length, 40, random);
    Tokens document = random_tokens(random.below(120), 40, random);
    const Tokens copy = edited(query, 5, 40, random);
    document.insert(document.end(), copy.begin(), copy.end());
    const Tokens tail = random_tokens(random.below(120), 40, random);
    document.insert(document.end(), tail.begin(), tail.end());
    check_against_oracle(query, document);
  }
}

TEST_CASE("the whole alphabet, 0 and 65535 included") {
  const Tokens query{0, 65535, 0, 7};
  check_against_oracle(query, {65534, 0, 65535, 0, 7, 65535});
  check_against_oracle(query, {1, 2, 3});
  Random random(3);
  check_against_oracle(random_tokens(90, 65536, random), random_tokens(200, 65536, random));
}

TEST_CASE("of equal matches the first end wins, and there the shortest stretch") {
  // "1 2" stands at [1, 3) and [4, 6).
  const auto twice = align(Tokens{1, 2}, Tokens{9, 1, 2, 9, 1, 2});
  CHECK(twice->begin == 1);
  CHECK(twice->end == 3);
  // Distance 1 is reached at end 1 already: "1" alone, its 2 left out.
  const auto part = align(Tokens{1, 2}, Tokens{1, 9, 2});
  CHECK(part->distance == 1);
  CHECK(part->begin == 0);
  CHECK(part->end == 1);
}

TEST_CASE("empty strings have defined distances") {
  const Tokens none, three{1, 2, 3};
  CHECK(align(none, three)->distance == 0);
  CHECK(align(none, three)->end == 0);
  CHECK(align(three, none)->distance == 3);
  CHECK(align(none, three, {Mode::global, {}})->distance == 3);
  CHECK(align(three, none, {Mode::global, {}})->distance == 3);
  CHECK(edit_distance(none, none) == 0);
  // A query that fits nowhere matches the empty stretch at the beginning.
  const auto nowhere = align(three, Tokens{7, 8, 9, 10});
  CHECK(nowhere->distance == 3);
  CHECK(nowhere->begin == 0);
  CHECK(nowhere->end == 0);
}

TEST_CASE("a bound changes nothing but which distances are reported") {
  Random random(4);
  for (int round = 0; round < 150; ++round) {
    const Tokens query = random_tokens(random.below(140), 6, random);
    const Tokens document =
        round % 2 ? random_tokens(random.below(400), 6, random) : edited(query, 8, 6, random);
    for (const Mode mode : {Mode::infix, Mode::global}) {
      const Match free = *align(query, document, {mode, {}});
      for (const std::size_t slack : {0U, 1U, 5U}) {
        const auto bounded = align(query, document, {mode, free.distance + slack});
        REQUIRE(bounded);
        REQUIRE(bounded->distance == free.distance);
        REQUIRE(bounded->begin == free.begin);
        REQUIRE(bounded->end == free.end);
        if (free.distance > slack) {
          REQUIRE_FALSE(align(query, document, {mode, free.distance - slack - 1}));
        }
      }
      REQUIRE(align(query, document, {mode, std::numeric_limits<std::size_t>::max()}));
    }
  }
}

#include <algorithm>
#include <numeric>
#include <vector>

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "base/random.hpp"
#include "search/soft_scan.hpp"

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

template <class T>
using Table = std::vector<std::vector<T>>;  // by query and document

Table<SoftMatch> slow_matches(const std::vector<Tokens>& queries,
                              const std::vector<Tokens>& documents, const SoftCost& cost,
                              Mode mode) {
  Table<SoftMatch> matches;
  for (std::size_t q = 0; q < queries.size(); ++q) {
    if (q > 0 && queries[q] == queries[q - 1]) {  // spares time
      matches.push_back(matches.back());
      continue;
    }
    matches.emplace_back();
    for (const Tokens& document : documents)
      matches.back().push_back(align(queries[q], document, cost, mode));
  }
  return matches;
}

// All queries at once against all documents must score what `align` says, each pair once.
void check_scan(const std::vector<Tokens>& queries, const std::vector<Tokens>& documents,
                const SoftCost& cost, Mode mode) {
  const std::vector<Span<const Token>> views(queries.begin(), queries.end());
  const std::vector<Span<const Token>> texts(documents.begin(), documents.end());
  const Table<SoftMatch> expected = slow_matches(queries, documents, cost, mode);
  Table<int> seen(queries.size(), std::vector<int>(documents.size(), 0));
  SoftScan(views, cost, mode).score(texts, [&](const SoftPair& pair) {
    CAPTURE(queries[pair.query].size());
    CAPTURE(documents[pair.document].size());
    const SoftMatch& match = expected[pair.query][pair.document];
    REQUIRE(pair.score == match.score);
    REQUIRE(pair.begin <= match.begin);
    REQUIRE(pair.end >= match.end);
    ++seen[pair.query][pair.document];
  });
  REQUIRE(seen == Table<int>(queries.size(), std::vector<int>(documents.size(), 1)));
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
  check_scan({{0, 1, 9}, {9}, {1}}, {{0, 1, 9}, {9, 9}, {65535, 1}}, cost, Mode::infix);
  CHECK_THROWS_AS(SoftCost(2, {1, 2, 3}), Error);
}

TEST_CASE("empty strings have defined scores") {
  const SoftCost cost(2, {12, -7, -9, 10});
  check_equal(align(Tokens{}, Tokens{0, 1}, cost, Mode::infix), {0, 0, 0});
  check_equal(align(Tokens{}, Tokens{0, 1}, cost, Mode::global), {-2 * kGap, 0, 2});
  check_equal(align(Tokens{0, 1}, Tokens{}, cost, Mode::infix), {-2 * kGap, 0, 0});
  check_equal(align(Tokens{0, 1}, Tokens{}, cost, Mode::global), {-2 * kGap, 0, 0});
  for (const Mode mode : {Mode::infix, Mode::global})
    check_scan({{}, {0}, {}}, {{}, {1}, {0, 1, 0}}, cost, mode);
  check_scan({{}}, {{}, {1}}, cost, Mode::global);
}

TEST_CASE("queries scored together score as alone, whatever their lengths") {
  Random random(2);
  for (const std::size_t count : {1U, 5U, 21U, 22U, 32U, 40U, 60U}) {
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
        check_scan(queries, documents, cost, mode);
    }
  }
}

TEST_CASE("any number of documents of any lengths") {
  Random random(3);
  const SoftCost cost = random_cost(30, random);
  const std::vector<Tokens> queries{random_tokens(38, 30, random), random_tokens(16, 30, random),
                                    random_tokens(17, 30, random)};
  for (const std::size_t count : {1U, 2U, 3U, 31U, 32U, 33U, 70U}) {
    std::vector<Tokens> documents;
    for (std::size_t d = 0; d < count; ++d)
      documents.push_back(random_tokens(random.below(700), 40, random));
    for (const Mode mode : {Mode::infix, Mode::global})
      check_scan(queries, documents, cost, mode);
  }
}

// Cells of 16 bits hold queries of 258 tokens and, in global mode, some 2,000 tokens of both.
TEST_CASE("no length overflows a cell") {
  const SoftCost extreme(2, {127, -128, -128, 127});
  for (const std::size_t length : {255U, 256U, 258U, 259U, 700U}) {
    const Tokens same(length, 0), other(length, 1);
    const std::vector<Tokens> documents{same, other, Tokens(1500, 1), Tokens(3, 0), {}};
    for (const Mode mode : {Mode::infix, Mode::global}) {
      check_scan({same}, documents, extreme, mode);
      check_scan({same, other, {0}, {}}, documents, extreme, mode);
      std::vector<Tokens> many(25, same);
      many.insert(many.end(), 25, Tokens(200, 1));
      check_scan(many, documents, extreme, mode);
    }
  }
  for (const std::size_t length : {1700U, 1784U, 1785U, 1800U, 1830U, 2040U}) {
    const std::vector<Tokens> documents{Tokens(length, 0), Tokens(length, 1),
                                        Tokens(length - 9, 1)};
    check_scan({Tokens(255, 0), Tokens(1, 1)}, documents, extreme, Mode::global);
    check_scan(std::vector<Tokens>(30, Tokens(255, 0)), documents, extreme, Mode::global);
  }
}

// Copies of the queries with as many tokens put in between as still pays, so that they span much
// more than the query: wherever one is cut, one piece must hold all of it. And some in several
// pieces, of which the first counts.
TEST_CASE("an alignment is scored wherever in a long document it stands") {
  const SoftCost cost(3, {40, -40, -40, -40, 40, -40, -40, -40, -40});
  for (const std::size_t length : {10U, 38U, 100U}) {
    std::vector<Tokens> queries(24, Tokens(length));
    for (std::size_t i = 0; i < length; ++i)
      queries[0][i] = static_cast<Token>(i % 2);
    queries[1] = queries[0];
    Tokens copy;
    for (std::size_t i = 0; i < length; ++i) {
      copy.push_back(queries[0][i]);
      if (i + 1 < length) copy.insert(copy.end(), 2, Token{2});
    }
    std::vector<Tokens> documents;
    for (const std::size_t border : {4096U, 8192U}) {
      for (std::size_t before = 1; before < copy.size(); before += 7) {
        documents.emplace_back(20000, Token{2});
        for (const std::size_t place : {border - copy.size() + before, std::size_t{15000}})
          std::copy(copy.begin(), copy.end(),
                    documents.back().begin() + static_cast<std::ptrdiff_t>(place));
      }
    }
    documents.resize(std::min<std::size_t>(documents.size(), 12));
    check_scan(queries, documents, cost, Mode::infix);
    check_scan({queries[0]}, documents, cost, Mode::infix);
  }
}

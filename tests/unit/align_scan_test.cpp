#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "align/match.hpp"
#include "align/scan.hpp"
#include "align/soft_cost.hpp"
#include "align/unit_cost.hpp"
#include "align_strings.hpp"
#include "base/random.hpp"

using namespace pairalign;
using namespace pairalign::align;
using test::edited;
using test::random_cost;
using test::random_tokens;
using test::Tokens;

namespace {

std::vector<SimdLevel> levels() {
  std::vector<SimdLevel> all;
  for (const SimdLevel level :
       {SimdLevel::scalar, SimdLevel::baseline, SimdLevel::avx2, SimdLevel::avx512}) {
    if (level <= best_simd_level()) all.push_back(level);
  }
  return all;
}

std::vector<Span<const Token>> views(const std::vector<Tokens>& strings) {
  return {strings.begin(), strings.end()};
}

// Regions must hold the places within the bounds, no more and no less: those that Matcher, which is
// tested against plain dynamic programming, finds in whole documents.
void check_scan(const Distance& cost, const std::vector<Tokens>& queries,
                const std::vector<Tokens>& documents, Mode mode, const Scan::Bound& bound,
                SimdLevel level) {
  std::vector<Region> found;
  Scan(cost, views(queries), mode, level).find(views(documents), bound, found);
  std::sort(found.begin(), found.end(), [](const Region& a, const Region& b) {
    return std::tie(a.query, a.document, a.begin) < std::tie(b.query, b.document, b.begin);
  });
  auto next = found.begin();
  for (std::size_t q = 0; q < queries.size(); ++q) {
    Matcher matcher(cost, queries[q]);
    for (std::size_t d = 0; d < documents.size(); ++d) {
      CAPTURE(static_cast<int>(level));
      CAPTURE(queries[q].size());
      CAPTURE(documents[d].size());
      const Span<const Token> document = documents[d];
      const auto most = bound(q, mode == Mode::infix ? 0 : documents[d].size());
      if (!most) continue;
      if (mode == Mode::global || queries[q].empty()) {
        const std::size_t distance = matcher.distance(document, mode);
        if (distance > *most) continue;
        REQUIRE(next != found.end());
        REQUIRE(next->query == q);
        REQUIRE(next->document == d);
        REQUIRE(next->distance == distance);
        REQUIRE(next->begin == 0);
        REQUIRE(next->end == documents[d].size());
        ++next;
        continue;
      }
      std::vector<Match> places;
      while (next != found.end() && next->query == q && next->document == d) {
        const std::size_t begin = next->begin;
        std::size_t end = begin;
        std::size_t before = begin;  // the end of the last but one
        do {
          REQUIRE(next->begin >= before);
          before = std::exchange(end, next->end);
          REQUIRE(end <= documents[d].size());
          const auto text = document.subspan(next->begin, end - next->begin);
          REQUIRE(next->distance == matcher.distance(text, mode));
          REQUIRE(next->distance <= *most);
          ++next;
        } while (next != found.end() && next->query == q && next->document == d &&
                 next->begin < end);
        for (const Match& place : matcher.places(document.subspan(begin, end - begin), *most))
          places.push_back({place.distance, begin + place.begin, begin + place.end});
      }
      std::sort(places.begin(), places.end(), [](const Match& a, const Match& b) {
        return std::tie(a.distance, a.end) < std::tie(b.distance, b.end);
      });
      REQUIRE(test::equal(places, matcher.places(document, *most)));
    }
  }
  REQUIRE(next == found.end());
}

void check_levels(const Distance& cost, const std::vector<Tokens>& queries,
                  const std::vector<Tokens>& documents, Mode mode, const Scan::Bound& bound) {
  for (const SimdLevel level : levels())
    check_scan(cost, queries, documents, mode, bound, level);
}

void check_all(const Distance& cost, const std::vector<Tokens>& queries,
               const std::vector<Tokens>& documents) {
  for (const Mode mode : {Mode::infix, Mode::global}) {
    check_levels(cost, queries, documents, mode,
                 [](std::size_t, std::size_t) { return std::size_t{1} << 40; });
    // A different bound for each query, none for some, and in global mode one by length.
    check_levels(cost, queries, documents, mode,
                 [&](std::size_t q, std::size_t tokens) -> std::optional<std::size_t> {
                   if (q % 5 == 4) return std::nullopt;
                   const std::size_t each = cost.max_distance(queries[q]) / (queries[q].size() + 1);
                   return (queries[q].size() + tokens) * each * (q % 4) / 4;
                 });
  }
}

// Documents of many lengths, some of which hold an edited query.
std::vector<Tokens> documents_for(const std::vector<Tokens>& queries, std::size_t count,
                                  std::size_t max_tokens, unsigned alphabet, Random& random) {
  std::vector<Tokens> documents;
  for (std::size_t d = 0; d < count; ++d) {
    Tokens document = random_tokens(random.below(max_tokens), alphabet, random);
    if (d % 2 == 0) {
      const Tokens copy = edited(queries[random.below(queries.size())], 6, alphabet, random);
      const auto place = static_cast<std::ptrdiff_t>(random.below(document.size() + 1));
      document.insert(document.begin() + place, copy.begin(), copy.end());
    }
    documents.push_back(document);
  }
  documents.emplace_back();
  return documents;
}

constexpr std::size_t kEdges[] = {0,  1,  2,  7,  15,  16,  31,  32,  33,  37,  38,
                                  57, 63, 64, 65, 100, 127, 128, 129, 192, 193, 300};

}  // namespace

TEST_CASE("one query of any length against documents of any length") {
  Random random(1);
  for (const std::size_t length : kEdges) {
    for (const unsigned alphabet : {2U, 20U, 512U, 65536U}) {
      const std::vector<Tokens> queries{random_tokens(length, alphabet, random)};
      for (const std::size_t count : {1U, 3U, 16U, 70U})
        check_all(kUnitCost, queries, documents_for(queries, count, 150, alphabet, random));
    }
  }
}

TEST_CASE("as many queries as fill lanes, and a few more") {
  Random random(2);
  for (const std::size_t count : {7U, 13U, 16U, 40U}) {
    for (const std::size_t most : {20U, 32U, 64U, 140U}) {
      for (const unsigned alphabet : {3U, 300U, 5000U}) {
        std::vector<Tokens> queries;
        for (std::size_t q = 0; q < count; ++q)
          queries.push_back(random_tokens(1 + random.below(most), alphabet, random));
        check_all(kUnitCost, queries, documents_for(queries, 20, 120, alphabet, random));
      }
    }
  }
}

TEST_CASE("all the lengths around the ends of words in one batch") {
  Random random(3);
  std::vector<Tokens> queries;
  for (const std::size_t length : kEdges) {
    for (int i = 0; i < 3; ++i)
      queries.push_back(random_tokens(length, 40, random));
  }
  std::vector<Tokens> documents = documents_for(queries, 8, 300, 40, random);
  for (const std::size_t length : kEdges)
    documents.push_back(random_tokens(length, 40, random));
  check_all(kUnitCost, queries, documents);
}

TEST_CASE("documents of equal length fill the lanes exactly") {
  Random random(4);
  const std::vector<Tokens> queries{random_tokens(38, 9, random), random_tokens(20, 9, random)};
  for (const std::size_t count : {4U, 8U, 15U, 16U, 17U, 31U, 32U, 33U, 64U}) {
    std::vector<Tokens> documents;
    for (std::size_t d = 0; d < count; ++d)
      documents.push_back(random_tokens(51, 9, random));
    check_all(kUnitCost, queries, documents);
  }
}

TEST_CASE("the whole alphabet, 0 and 65535 included") {
  Random random(5);
  Tokens every(65536);
  for (std::size_t i = 0; i < every.size(); ++i)
    every[i] = static_cast<Token>(i);
  const std::vector<Tokens> queries{{0, 65535, 0, 7}, {65535}, {0}, {1023}, {1024}, {1022, 1023}};
  check_all(kUnitCost, queries,
            {{65534, 0, 65535, 0, 7, 65535}, {1, 2, 3}, {1024, 1023, 1022}, {65535}, every});
}

// A document of which pieces are made: the places of equal matches, and matches across the cuts,
// decide which is reported.
TEST_CASE("a match is found wherever in a long document it stands") {
  Random random(6);
  constexpr std::size_t kTokens = 20000;
  const Tokens background(kTokens, 9);
  std::vector<Tokens> queries{random_tokens(38, 8, random), random_tokens(30, 8, random),
                              random_tokens(90, 8, random)};
  const auto bound = [](std::size_t, std::size_t) { return std::size_t{12}; };
  for (const std::size_t place : {0U, 4000U, 4058U, 4095U, 4096U, 8150U, 8191U, 12289U, 19910U}) {
    std::vector<Tokens> documents;
    for (const Tokens& query : queries) {
      documents.push_back(background);
      for (const std::size_t begin : {place, (place + 7000) % 19900}) {
        const Tokens copy = edited(query, 9, 8, random);
        std::copy_n(copy.begin(), std::min(copy.size(), kTokens - begin),
                    documents.back().begin() + static_cast<std::ptrdiff_t>(begin));
      }
    }
    check_levels(kUnitCost, queries, documents, Mode::infix, bound);
  }
}

// Copies with as many tokens put into their middle as the bound allows, which is cheaper than to
// leave out a half: the longest that match.
TEST_CASE("the longest match is found wherever it is cut") {
  Random random(9);
  for (const std::size_t length : {21U, 38U}) {
    const std::vector<Tokens> queries{random_tokens(length, 500, random)};
    const std::size_t most = length / 2 - 1;
    const auto bound = [&](std::size_t, std::size_t) { return most; };
    Tokens copy = queries[0];
    copy.insert(copy.begin() + static_cast<std::ptrdiff_t>(length / 2), most, Token{501});
    std::vector<Tokens> documents;
    for (std::size_t before = 0; before <= copy.size(); ++before) {
      documents.emplace_back(9000, Token{501});
      const auto place = static_cast<std::ptrdiff_t>(4096 - before);
      std::copy(copy.begin(), copy.end(), documents.back().begin() + place);
    }
    CHECK(Matcher(kUnitCost, queries[0]).distance(documents[0], Mode::infix) == most);
    check_levels(kUnitCost, queries, documents, Mode::infix, bound);
  }
}

TEST_CASE("of equal matches in several pieces the first counts") {
  Random random(7);
  const std::vector<Tokens> queries(14, random_tokens(38, 500, random));
  Tokens document(30000, 501);
  for (const std::size_t begin : {9000U, 2100U, 29000U, 8200U}) {
    std::copy(queries[0].begin(), queries[0].end(),
              document.begin() + static_cast<std::ptrdiff_t>(begin));
  }
  const std::vector<Tokens> documents{document, Tokens(30000, 501), document};
  CHECK(Matcher(kUnitCost, queries[0]).best(document, Mode::infix).end == 2138);
  const auto all = [](std::size_t, std::size_t) { return std::size_t{100}; };
  check_levels(kUnitCost, queries, documents, Mode::infix, all);
}

TEST_CASE("long documents in global mode") {
  Random random(8);
  const std::vector<Tokens> queries{random_tokens(3000, 50, random), random_tokens(40, 50, random)};
  std::vector<Tokens> documents{edited(queries[0], 9, 50, random), random_tokens(9000, 50, random)};
  for (int i = 0; i < 6; ++i)
    documents.push_back(random_tokens(random.below(900), 50, random));
  const auto all = [](std::size_t, std::size_t) { return std::numeric_limits<std::size_t>::max(); };
  check_levels(kUnitCost, queries, documents, Mode::global, all);
}

TEST_CASE("nothing to scan, nothing to scan for") {
  for (const SimdLevel level : levels()) {
    std::vector<Region> found;
    const auto all = [](std::size_t, std::size_t) { return std::size_t{9}; };
    Scan(kUnitCost, {}, Mode::infix, level).find(views({{1, 2}}), all, found);
    Scan(kUnitCost, views({{1, 2}}), Mode::infix, level).find({}, all, found);
    CHECK(found.empty());
  }
}

TEST_CASE("soft costs: any number of queries and documents of any lengths") {
  Random random(12);
  for (const std::size_t count : {1U, 5U, 21U, 22U, 32U, 40U, 60U}) {
    for (const int vocabulary : {3, 60}) {
      const SoftCost cost = random_cost(vocabulary, false, random);
      const auto alphabet = static_cast<unsigned>(vocabulary);
      std::vector<Tokens> queries, documents;
      for (std::size_t q = 0; q < count; ++q)
        queries.push_back(random_tokens(random.below(40), alphabet, random));
      for (std::size_t d = 0; d < (count == 1 ? 70 : 20); ++d) {
        documents.push_back(random_tokens(random.below(90), alphabet + 1, random));
        const Tokens& query = queries[random.below(count)];  // so that something is found
        documents.back().insert(documents.back().end(), query.begin(), query.end());
      }
      check_all(cost, queries, documents);
    }
  }
}

TEST_CASE("soft costs: queries with alternatives") {
  Random random(13);
  const SoftCost cost = random_cost(30, false, random);
  std::vector<tokens::Record> records(25);
  for (tokens::Record& record : records) {
    record.tokens = random_tokens(random.below(40), 31, random);
    for (const Token token : record.tokens) {
      const tokens::Mixture part{{token, 500}, {static_cast<Token>(random.below(31)), 300}};
      record.alternatives.emplace_back(1 + random.below(3), part);
    }
    if (random.chance(0.2)) record.alternatives.clear();
  }
  std::vector<Tokens> documents;
  for (const tokens::Record& record : records)
    documents.push_back(edited(record.tokens, 4, 31, random));
  const auto own = cost.with_alternatives(records);
  std::vector<Tokens> queries;
  for (const tokens::Record& record : records)
    queries.push_back(record.tokens);
  check_all(*own, queries, documents);
  check_all(*own, {queries[0]}, documents);
}

// Cells of 16 bits hold queries of 258 tokens and, in global mode, some 2,000 tokens of both.
TEST_CASE("soft costs: no length overflows a cell") {
  const SoftCost extreme(2, {127, -128, -128, 127});
  const auto all = [](std::size_t, std::size_t) { return std::size_t{1} << 40; };
  for (const std::size_t length : {255U, 256U, 258U, 259U, 700U}) {
    const Tokens same(length, 0), other(length, 1);
    const std::vector<Tokens> documents{same, other, Tokens(1500, 1), Tokens(3, 0), {}};
    std::vector<tokens::Record> records{{"q", 1, same, {}}};
    records[0].alternatives.assign(length, {{{0, 1}}});
    const auto own = extreme.with_alternatives(records);
    for (const Mode mode : {Mode::infix, Mode::global}) {
      check_levels(extreme, {same}, documents, mode, all);
      check_levels(extreme, {same, other, {0}, {}}, documents, mode, all);
      std::vector<Tokens> many(25, same);
      many.insert(many.end(), 25, Tokens(200, 1));
      check_levels(extreme, many, documents, mode, all);
      check_levels(*own, {records[0].tokens}, documents, mode, all);
    }
  }
  for (const std::size_t length : {1700U, 1784U, 1785U, 1800U, 1830U, 2040U}) {
    const std::vector<Tokens> documents{Tokens(length, 0), Tokens(length, 1),
                                        Tokens(length - 9, 1)};
    check_levels(extreme, {Tokens(255, 0), Tokens(1, 1)}, documents, Mode::global, all);
    check_levels(extreme, std::vector<Tokens>(30, Tokens(255, 0)), documents, Mode::global, all);
  }
}

// Copies of the queries with as many tokens inserted as still pays, so that they span much more
// than the query: wherever one is cut, one piece must hold all of it.
TEST_CASE("soft costs: a match is found wherever in a long document it stands") {
  const SoftCost cost(3, {40, -40, -40, -40, 40, -40, -40, -40, -40});
  for (const std::size_t length : {10U, 38U}) {
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
      for (std::size_t before = 1; before < copy.size(); before += 27) {
        documents.emplace_back(20000, Token{2});
        for (const std::size_t place : {border - copy.size() + before, std::size_t{15000}})
          std::copy(copy.begin(), copy.end(),
                    documents.back().begin() + static_cast<std::ptrdiff_t>(place));
      }
    }
    const auto bound = [&](std::size_t q, std::size_t) { return cost.bound(queries[q], 0, 1); };
    check_levels(cost, queries, documents, Mode::infix, bound);
    check_levels(cost, {queries[0]}, documents, Mode::infix, bound);
  }
}

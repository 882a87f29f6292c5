#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include <doctest/doctest.h>

#include "base/random.hpp"
#include "search/distance_scan.hpp"
#include "search_strings.hpp"

using namespace pairalign;
using namespace pairalign::search;
using test::edited;
using test::random_tokens;
using test::Tokens;

namespace {

std::vector<SimdLevel> levels() {
  std::vector<SimdLevel> all;
  for (const SimdLevel level : {SimdLevel::scalar, SimdLevel::avx2, SimdLevel::avx512}) {
    if (level <= best_simd_level()) all.push_back(level);
  }
  return all;
}

std::string name(SimdLevel level) {
  return level == SimdLevel::scalar ? "scalar" : level == SimdLevel::avx2 ? "avx2" : "avx512";
}

std::vector<Span<const Token>> views(const std::vector<Tokens>& strings) {
  return {strings.begin(), strings.end()};
}

// The smallest distance and its first end, by plain dynamic programming.
MatchEnd slow_end(const Tokens& query, const Tokens& document, Mode mode) {
  const auto last = test::matrix(query, document, mode == Mode::infix)[query.size()];
  if (mode == Mode::global) return {last.back(), document.size()};
  const auto best = std::min_element(last.begin(), last.end());
  return {*best, static_cast<std::size_t>(best - last.begin())};
}

using Ends = std::vector<std::vector<MatchEnd>>;  // by query and document

Ends slow_ends(const std::vector<Tokens>& queries, const std::vector<Tokens>& documents,
               Mode mode) {
  Ends ends;
  for (const Tokens& query : queries) {
    ends.emplace_back();
    for (const Tokens& document : documents)
      ends.back().push_back(slow_end(query, document, mode));
  }
  return ends;
}

// What the scan finds must be what is within the bounds, no more and no less; and where the scan
// points to, the match must be found.
void check_scan(const std::vector<Tokens>& queries, const std::vector<Tokens>& documents, Mode mode,
                const DistanceScan::Bound& bound, const Ends& expected, SimdLevel level) {
  const auto query_views = views(queries);
  const auto document_views = views(documents);
  std::vector<NearPair> found;
  DistanceScan(query_views, mode, level).find(document_views, bound, found);
  std::sort(found.begin(), found.end(), [](const NearPair& a, const NearPair& b) {
    return std::tie(a.query, a.document) < std::tie(b.query, b.document);
  });
  auto next = found.begin();
  for (std::size_t q = 0; q < queries.size(); ++q) {
    const QueryProfile profile(queries[q]);
    for (std::size_t d = 0; d < documents.size(); ++d) {
      CAPTURE(name(level));
      CAPTURE(queries[q].size());
      CAPTURE(documents[d].size());
      const auto most = bound(q, mode == Mode::infix ? 0 : documents[d].size());
      if (!most || expected[q][d].distance > *most) continue;
      REQUIRE(next != found.end());
      REQUIRE(next->query == q);
      REQUIRE(next->document == d);
      REQUIRE(next->distance == expected[q][d].distance);
      REQUIRE(next->begin <= next->end);
      REQUIRE(next->end <= documents[d].size());
      const auto end = find_match_end(
          profile, document_views[d].subspan(next->begin, next->end - next->begin), {mode, {}});
      REQUIRE(end->distance == expected[q][d].distance);
      REQUIRE(next->begin + end->end == expected[q][d].end);
      ++next;
    }
  }
  REQUIRE(next == found.end());
}

void check_all(const std::vector<Tokens>& queries, const std::vector<Tokens>& documents) {
  for (const Mode mode : {Mode::infix, Mode::global}) {
    const Ends ends = slow_ends(queries, documents, mode);
    const auto all = [](std::size_t, std::size_t) { return std::size_t{1} << 40; };
    // A different bound for each query, none for some, and in global mode one by length.
    const auto some = [&](std::size_t q, std::size_t tokens) -> std::optional<std::size_t> {
      if (q % 5 == 4) return std::nullopt;
      return (queries[q].size() + tokens) * (q % 4) / 4;
    };
    for (const SimdLevel level : levels()) {
      check_scan(queries, documents, mode, all, ends, level);
      check_scan(queries, documents, mode, some, ends, level);
    }
  }
}

// Documents of many lengths, some of which hold an edited query.
std::vector<Tokens> documents_for(const std::vector<Tokens>& queries, std::size_t count,
                                  std::size_t most_tokens, unsigned alphabet, Random& random) {
  std::vector<Tokens> documents;
  for (std::size_t d = 0; d < count; ++d) {
    Tokens document = random_tokens(random.below(most_tokens), alphabet, random);
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
        check_all(queries, documents_for(queries, count, 150, alphabet, random));
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
        check_all(queries, documents_for(queries, 20, 120, alphabet, random));
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
  check_all(queries, documents);
}

TEST_CASE("documents of equal length fill the lanes exactly") {
  Random random(4);
  const std::vector<Tokens> queries{random_tokens(38, 9, random), random_tokens(20, 9, random)};
  for (const std::size_t count : {4U, 8U, 15U, 16U, 17U, 31U, 32U, 33U, 64U}) {
    std::vector<Tokens> documents;
    for (std::size_t d = 0; d < count; ++d)
      documents.push_back(random_tokens(51, 9, random));
    check_all(queries, documents);
  }
}

TEST_CASE("the whole alphabet, 0 and 65535 included") {
  Random random(5);
  Tokens every(65536);
  for (std::size_t i = 0; i < every.size(); ++i)
    every[i] = static_cast<Token>(i);
  const std::vector<Tokens> queries{{0, 65535, 0, 7}, {65535}, {0}, {1023}, {1024}, {1022, 1023}};
  check_all(queries,
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
    const Ends ends = slow_ends(queries, documents, Mode::infix);
    for (const SimdLevel level : levels())
      check_scan(queries, documents, Mode::infix, bound, ends, level);
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
    const Ends ends = slow_ends(queries, documents, Mode::infix);
    CHECK(ends[0][0].distance == most);
    for (const SimdLevel level : levels())
      check_scan(queries, documents, Mode::infix, bound, ends, level);
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
  const Ends ends = slow_ends(queries, documents, Mode::infix);
  CHECK(ends[0][0].end == 2138);
  const auto all = [](std::size_t, std::size_t) { return std::size_t{100}; };
  for (const SimdLevel level : levels())
    check_scan(queries, documents, Mode::infix, all, ends, level);
}

TEST_CASE("long documents in global mode") {
  Random random(8);
  const std::vector<Tokens> queries{random_tokens(3000, 50, random), random_tokens(40, 50, random)};
  std::vector<Tokens> documents{edited(queries[0], 9, 50, random), random_tokens(9000, 50, random)};
  for (int i = 0; i < 6; ++i)
    documents.push_back(random_tokens(random.below(900), 50, random));
  const Ends ends = slow_ends(queries, documents, Mode::global);
  const auto all = [](std::size_t, std::size_t) { return std::numeric_limits<std::size_t>::max(); };
  for (const SimdLevel level : levels())
    check_scan(queries, documents, Mode::global, all, ends, level);
}

TEST_CASE("nothing to scan, nothing to scan for") {
  for (const SimdLevel level : levels()) {
    std::vector<NearPair> found;
    const auto all = [](std::size_t, std::size_t) { return std::size_t{9}; };
    DistanceScan({}, Mode::infix, level).find(views({{1, 2}}), all, found);
    DistanceScan(views({{1, 2}}), Mode::infix, level).find({}, all, found);
    CHECK(found.empty());
  }
}

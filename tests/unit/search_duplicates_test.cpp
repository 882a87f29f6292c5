#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include <doctest/doctest.h>

#include "base/random.hpp"
#include "search/duplicates.hpp"
#include "search_archives.hpp"

using namespace pairalign;
using namespace pairalign::search;
using test::Archives;
using tokens::Record;

namespace {

using Pair = std::tuple<std::size_t, std::size_t, std::size_t, std::size_t>;  // …, distance

// Strings of which some are copies of others with a few edits, and pieces of them.
std::vector<Record> strings_with_copies(std::size_t count, Random& random) {
  std::vector<Record> records;
  for (std::size_t i = 0; i < count; ++i) {
    Record record{std::to_string(i), 1, {}, {}};
    for (auto n = random.below(50); n > 0; --n)
      record.tokens.push_back(static_cast<Token>(random.below(200)));
    if (i > 0 && random.chance(0.5)) {
      record.tokens = records[random.below(i)].tokens;
      for (Token& token : record.tokens)
        token = random.chance(0.1) ? static_cast<Token>(random.below(200)) : token;
      if (random.chance(0.3)) record.tokens.resize(record.tokens.size() / 2);
    }
    records.push_back(record);
  }
  return records;
}

std::vector<Pair> slow_duplicates(const Archives& archives, const DuplicatesConfig& config) {
  std::vector<Pair> pairs;
  const bool within = archives.records().size() == 1;
  const std::vector<Record>& first = archives.records()[0];
  for (std::size_t a = within ? 0 : 1; a < archives.records().size(); ++a) {
    const std::vector<Record>& second = archives.records()[a];
    for (std::size_t i = 0; i < first.size(); ++i) {
      for (std::size_t j = 0; j < second.size(); ++j) {
        const std::size_t m = first[i].tokens.size(), n = second[j].tokens.size();
        const bool infix = config.mode == Mode::infix;
        if (within && (infix ? std::tie(m, i) >= std::tie(n, j) : i >= j)) continue;
        const std::size_t distance =
            align::Matcher(align::kUnitCost, first[i].tokens)
                .distance(second[j].tokens, config.mode);
        const std::size_t length = infix ? m : std::max(m, n);
        const double score = 1 - static_cast<double>(distance) / static_cast<double>(length);
        if (m == 0 || score < config.min_score - 1e-9) continue;
        pairs.emplace_back(i, a, j, distance);
      }
    }
  }
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

std::vector<Pair> duplicates(const Archives& archives, const DuplicatesConfig& config,
                             int threads) {
  ThreadPool pool(threads);
  std::vector<Pair> pairs;
  std::size_t last = 0, done = 0;
  find_duplicates(
      archives.opened(), config, pool,
      [&](const DuplicatePair& pair) {
        REQUIRE(pair.records[0] >= last);  // in order
        REQUIRE(pair.archives[0] == 0);
        last = pair.records[0];
        pairs.emplace_back(pair.records[0], pair.archives[1], pair.records[1], pair.distance);
      },
      [&](std::size_t records) { done = records; });
  REQUIRE(done == archives.records()[0].size());
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

}  // namespace

TEST_CASE("duplicates are those that comparing all with all finds") {
  Random random(9);
  archive::WriterOptions indexed;
  indexed.least_indexed_tokens = 0;
  for (const std::size_t others : {0U, 2U}) {
    Archives archives;
    archives.add(strings_with_copies(200, random), indexed);
    for (std::size_t i = 0; i < others; ++i)
      archives.add(strings_with_copies(60, random), indexed);
    if (others > 0) archives.add(archives.records()[0]);
    for (const Mode mode : {Mode::global, Mode::infix}) {
      for (const double score : {0.4, 0.8, 1.0}) {
        for (const Postings postings : {Postings::where_possible, Postings::never}) {
          const DuplicatesConfig config{mode, score, postings};
          const std::vector<Pair> expected = slow_duplicates(archives, config);
          REQUIRE(!expected.empty());
          REQUIRE(duplicates(archives, config, 1) == expected);
          REQUIRE(duplicates(archives, config, 3) == expected);
        }
      }
    }
  }
}

TEST_CASE("no archive, no record") {
  ThreadPool pool(1);
  const auto none = [](const DuplicatePair&) { REQUIRE(false); };
  find_duplicates({}, {}, pool, none, [](std::size_t) {});
  Archives archives;
  archives.add({});
  find_duplicates(archives.opened(), {}, pool, none, [](std::size_t) {});
}

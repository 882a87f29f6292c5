#include <algorithm>
#include <numeric>
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
std::vector<Record> strings_with_copies(const std::string& name, std::size_t count,
                                        Random& random) {
  std::vector<Record> records;
  for (std::size_t i = 0; i < count; ++i) {
    Record record{name + std::to_string(i), 1, {}, {}};
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

// In infix mode nothing is paired with itself.
std::vector<Record> renamed(std::vector<Record> records) {
  for (Record& record : records)
    record.key += "c";
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
        if (m == 0) continue;
        align::Matcher matcher(align::kUnitCost, first[i].tokens);
        const std::size_t length = infix ? m : std::max(m, n);
        std::vector<Match> matches{matcher.best(second[j].tokens, config.mode)};
        if (infix) matches = matcher.places(second[j].tokens, m);
        for (const Match& match : matches) {
          const double score =
              1 - static_cast<double>(match.distance) / static_cast<double>(length);
          if (score < config.min_score - 1e-9) continue;
          pairs.emplace_back(i, a, j, match.distance);
        }
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
        const DuplicateSide &first = pair.sides[0], &second = pair.sides[1];
        REQUIRE(first.record >= last);  // in order
        REQUIRE(first.archive == 0);
        last = first.record;
        pairs.emplace_back(first.record, second.archive, second.record, pair.distance);
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
  indexed.min_indexed_tokens = 0;
  for (const std::size_t others : {0U, 2U}) {
    Archives archives;
    archives.add(strings_with_copies("a", 200, random), indexed);
    for (std::size_t i = 0; i < others; ++i)
      archives.add(strings_with_copies(std::to_string(i) + "b", 60, random), indexed);
    if (others > 0) archives.add(renamed(archives.records()[0]));
    for (const Mode mode : {Mode::global, Mode::infix}) {
      for (const double score : {0.4, 0.8, 1.0}) {
        for (const Postings postings : {Postings::always, Postings::never}) {
          DuplicatesConfig config;
          config.mode = mode;
          config.min_score = score;
          config.min_bits = config.min_bits_per_token = 0;
          config.postings = postings;
          const std::vector<Pair> expected = slow_duplicates(archives, config);
          REQUIRE(!expected.empty());
          REQUIRE(duplicates(archives, config, 1) == expected);
          REQUIRE(duplicates(archives, config, 3) == expected);
        }
      }
    }
  }
}

TEST_CASE("silence, hum and one token again and again are not looked for") {
  CHECK(information({}) == 0);
  CHECK(information(std::vector<Token>(50, 3)) == 0);
  CHECK(information(std::vector<Token>{1, 2, 1, 2}) == doctest::Approx(4));
  CHECK(information(std::vector<Token>{1, 2, 3, 4, 5, 6, 7, 8}) == doctest::Approx(24));
  std::vector<Token> hum;
  for (Token i = 0; i < 30; ++i)
    hum.push_back(i % 7 == 0 ? 5 : 4);
  const std::vector<Token> words{1, 2, 3, 4, 5, 6, 7, 8, 9};
  Archives archives;
  archives.add({{"hum", 3, hum, {}},
                {"hum again", 3, hum, {}},
                {"short", 0.2, {1, 2}, {}},
                {"words", 1, words, {}},
                {"words again", 1, words, {}}});
  ThreadPool pool(1);
  DuplicatesConfig config;
  config.min_tokens = 3;
  std::size_t pairs = 0;
  const DuplicatesSkipped skipped = find_duplicates(
      archives.opened(), config, pool,
      [&](const DuplicatePair& pair) {
        ++pairs;
        CHECK(pair.sides[0].record == 3);
        CHECK(pair.sides[1].record == 4);
      },
      [](std::size_t) {});
  CHECK(pairs == 1);
  CHECK(skipped.too_short == 1);
  CHECK(skipped.uninformative == 2);
  config.min_seconds = 1.5;
  find_duplicates(
      archives.opened(), config, pool, [](const DuplicatePair&) { REQUIRE(false); },
      [](std::size_t) {});
}

// A phrase in three recordings, twice in one of them, found by windows of each in the others.
TEST_CASE("what windows find is joined, and told once") {
  Random random(5);
  const auto speech = [&](std::size_t count) {
    std::vector<Token> tokens(count);
    for (Token& token : tokens)
      token = static_cast<Token>(random.below(500));
    return tokens;
  };
  const std::vector<Token> phrase = speech(40);
  std::vector<Record> records;
  for (const std::size_t times : {1U, 2U, 1U}) {
    Record record{"r" + std::to_string(records.size()), 20, speech(35), {}};
    for (std::size_t i = 0; i < times; ++i) {
      record.tokens.insert(record.tokens.end(), phrase.begin(), phrase.end());
      const std::vector<Token> more = speech(33);
      record.tokens.insert(record.tokens.end(), more.begin(), more.end());
    }
    records.push_back(record);
  }
  Archives archives;
  archives.add(records);
  ThreadPool pool(2);
  DuplicatesConfig config;
  config.mode = Mode::infix;
  config.min_score = 0.7;
  config.window = 12;
  using Places = std::tuple<std::size_t, std::size_t, std::size_t, std::size_t>;
  std::vector<Places> found;
  find_duplicates(
      archives.opened(), config, pool,
      [&](const DuplicatePair& pair) {
        const DuplicateSide &a = pair.sides[0], &b = pair.sides[1];
        // All of the phrase but what a window at either end misses.
        CHECK(a.end - a.begin >= 28);
        CHECK(b.end - b.begin >= 28);
        CHECK(b.end - b.begin <= 46);
        CHECK(pair.score > 0.8);
        found.emplace_back(a.record, a.begin / 40, b.record, b.begin / 40);
      },
      [](std::size_t) {});
  std::sort(found.begin(), found.end());
  // By tens of tokens: the phrase begins at 35, and in the second record again at 108.
  CHECK(found.size() == 6);
  CHECK(std::adjacent_find(found.begin(), found.end()) == found.end());
}

TEST_CASE("what parts are joined to has the least length, not the parts") {
  std::vector<Token> phrase(40);
  std::iota(phrase.begin(), phrase.end(), Token{100});
  std::vector<Record> records{{"short", 4, {phrase.begin(), phrase.begin() + 20}, {}}};
  for (const Token other : {1, 200}) {
    Record record{"r" + std::to_string(other), 20, std::vector<Token>(100), {}};
    std::iota(record.tokens.begin(), record.tokens.end(), other);
    std::copy(phrase.begin(), phrase.end(), record.tokens.begin() + 30);
    records.push_back(record);
  }
  Archives archives;
  archives.add(records);
  ThreadPool pool(1);
  const auto pairs = [&](std::size_t min_tokens, double min_seconds) {
    DuplicatesConfig config;
    config.mode = Mode::infix;
    config.window = 12;
    config.min_tokens = min_tokens;
    config.min_seconds = min_seconds;
    std::vector<std::size_t> first;
    const DuplicatesSkipped skipped = find_duplicates(
        archives.opened(), config, pool,
        [&](const DuplicatePair& pair) { first.push_back(pair.sides[0].record); },
        [](std::size_t) {});
    CHECK((skipped.too_short > 0) == (min_tokens > 20 || min_seconds > 4));
    return first;
  };
  CHECK(pairs(0, 0) == std::vector<std::size_t>{0, 0, 1});
  CHECK(pairs(18, 0) == std::vector<std::size_t>{0, 0, 1});
  CHECK(pairs(30, 0) == std::vector<std::size_t>{1});  // 20 tokens are too few
  CHECK(pairs(0, 6) == std::vector<std::size_t>{1});
  CHECK(pairs(50, 0).empty());
  CHECK(pairs(0, 10).empty());
}

TEST_CASE("no archive, no record") {
  ThreadPool pool(1);
  const auto none = [](const DuplicatePair&) { REQUIRE(false); };
  find_duplicates({}, {}, pool, none, [](std::size_t) {});
  Archives archives;
  archives.add({});
  find_duplicates(archives.opened(), {}, pool, none, [](std::size_t) {});
}

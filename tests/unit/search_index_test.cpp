// Searches by postings against searches without, and on part of the cases against a plain dynamic
// programme. CASES=N asks for more of them than CTest does.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "archive/pair_index.hpp"
#include "base/random.hpp"
#include "search/searcher.hpp"
#include "search_archives.hpp"

using namespace pairalign;
using namespace pairalign::search;
using test::Archives;
using test::check_equal;
using tokens::Record;

namespace {

std::size_t asked_cases() {
  const char* cases = std::getenv("CASES");
  return cases == nullptr ? 4000 : std::strtoull(cases, nullptr, 10);
}

// Strings of one kind: how many different tokens, how long, how often copied from another.
struct Kind {
  std::uint64_t vocabulary;
  std::uint64_t longest;
  double copies;
  double collapsed;  // few different tokens, many times
};

Kind random_kind(Random& random) {
  constexpr std::uint64_t kVocabularies[] = {2, 4, 12, 40, 300, 512};
  constexpr std::uint64_t kLengths[] = {3, 20, 60, 400};
  return {kVocabularies[random.below(6)], kLengths[random.below(4)], random.uniform(0, 0.5),
          random.chance(0.3) ? 0.2 : 0};
}

std::vector<Token> random_tokens(const Kind& kind, Random& random) {
  std::vector<Token> tokens(random.below(kind.longest + 1));
  const bool collapsed = random.chance(kind.collapsed);
  for (Token& token : tokens)
    token = static_cast<Token>(random.below(collapsed ? 2 : kind.vocabulary));
  return tokens;
}

// Edits about one token in `1 / rate`.
std::vector<Token> mutated(const std::vector<Token>& tokens, double rate, const Kind& kind,
                           Random& random) {
  std::vector<Token> result;
  for (const Token token : tokens) {
    const auto other = static_cast<Token>(random.below(kind.vocabulary));
    if (!random.chance(rate)) {
      result.push_back(token);
      continue;
    }
    switch (random.below(3)) {
      case 0:
        result.push_back(other);
        break;
      case 1:
        result.push_back(token);
        result.push_back(other);
        break;
      default:
        break;
    }
  }
  return result;
}

std::vector<Record> random_strings(const std::string& prefix, std::size_t count, const Kind& kind,
                                   Random& random) {
  std::vector<Record> records;
  for (std::size_t i = 0; i < count; ++i) {
    Record record{prefix + std::to_string(i), 1, random_tokens(kind, random), {}};
    if (i > 0 && random.chance(kind.copies)) {
      record.tokens =
          mutated(records[random.below(i)].tokens, random.uniform(0, 0.5), kind, random);
    }
    records.push_back(record);
  }
  return records;
}

Record random_query(const Archives& archives, const Kind& kind, Random& random) {
  Record query{"0r" + std::to_string(random.below(20)), 1, random_tokens(kind, random), {}};
  const std::size_t a = random.below(archives.opened().size());
  const archive::Archive& archive = archives.opened()[a];
  if (archive.size() > 0 && random.chance(0.8)) {
    Record record;
    archive.record(random.below(archive.size()), record);
    const std::size_t begin = random.below(record.tokens.size() + 1);
    const std::size_t end = begin + random.below(record.tokens.size() - begin + 1);
    const bool whole = random.chance(0.5);
    const auto first = record.tokens.begin();
    const std::vector<Token> piece(
        first + static_cast<std::ptrdiff_t>(whole ? 0 : begin),
        whole ? record.tokens.end() : first + static_cast<std::ptrdiff_t>(end));
    query.tokens = mutated(piece, random.uniform(0, 0.6), kind, random);
  }
  return query;
}

SearchConfig random_config(Random& random) {
  constexpr std::size_t kHits[] = {0, 1, 3, 10, 1000};
  SearchConfig config;
  config.mode = random.chance(0.5) ? Mode::infix : Mode::global;
  config.k = kHits[random.below(5)];
  if (random.chance(0.3)) config.max_distance = random.below(12);
  if (random.chance(0.7)) config.min_score = random.uniform();
  if (random.chance(0.2)) config.min_score = static_cast<double>(random.below(11)) / 10;
  config.exclude_self = random.chance(0.3);
  config.places = random.below(3);
  return config;
}

// One to three archives, each of several segments with postings and without, some records removed.
void add_archives(Archives& archives, const Kind& kind, Random& random) {
  for (auto a = 1 + random.below(3); a > 0; --a) {
    archive::WriterOptions options;
    options.min_indexed_tokens = random.below(200);
    options.segment_bytes = 500 + random.below(20000);
    const std::vector<Record> records = random_strings(
        std::to_string(a) + "r", random.below(kind.longest > 100 ? 30 : 120), kind, random);
    archives.add(records, options);
    std::vector<std::string> removed;
    for (const Record& record : records) {
      if (random.chance(0.1)) removed.push_back(record.key);
    }
    archives.remove(removed);
  }
}

}  // namespace

TEST_CASE("with postings and without, the hits are the same") {
  constexpr std::size_t kQueriesPerArchives = 100;
  std::size_t by_postings = 0;
  for (std::size_t done = 0; done < asked_cases(); done += kQueriesPerArchives) {
    Random random = Random::stream(7, done);
    const Kind kind = random_kind(random);
    Archives archives;
    add_archives(archives, kind, random);
    ThreadPool pool(1 + static_cast<int>(random.below(3)));
    const Searcher searcher(archives.opened(), pool);
    for (std::size_t i = 0; i < kQueriesPerArchives; i += 4) {
      SearchConfig config = random_config(random);
      std::vector<Record> queries;
      for (int q = 0; q < 4; ++q)
        queries.push_back(random_query(archives, kind, random));
      config.postings = Postings::never;
      const auto expected = searcher.search(queries, config);
      config.postings = Postings::always;
      const auto found = searcher.search(queries, config);
      for (std::size_t q = 0; q < queries.size(); ++q) {
        CAPTURE(done);
        CAPTURE(i);
        check_equal(found[q], expected[q]);
        by_postings += !found[q].empty();
      }
      if (i % 20 == 0) check_equal(expected[0], test::slow_search(queries[0], archives, config));
    }
  }
  CHECK(by_postings > 0);
}

TEST_CASE("threads that share in one query of one segment give what a scan gives") {
  const Kind kind{512, 400, 0, 0};
  Random random(8);
  std::vector<Record> records = random_strings("r", 1500, kind, random);
  // A long record that says the same over and over, so that its stretches fall to several threads.
  const Record phrase{"phrase", -1, records[3].tokens, {}};
  Record refrain{"refrain", -1, {}, {}};
  while (refrain.tokens.size() < 400'000) {
    for (const std::vector<Token>& part :
         {random_tokens(kind, random), mutated(phrase.tokens, 0.3, kind, random)})
      refrain.tokens.insert(refrain.tokens.end(), part.begin(), part.end());
  }
  records.insert(records.begin() + 700, refrain);
  Archives archives;
  archives.add(records);
  REQUIRE(archives.opened()[0].segment_count() == 1);
  for (const int threads : {1, 2, 5}) {
    ThreadPool pool(threads);
    const Searcher searcher(archives.opened(), pool);
    for (int i = 0; i < 20; ++i) {
      SearchConfig config;
      config.mode = i % 4 == 0 ? Mode::global : Mode::infix;
      config.k = i % 2 == 0 ? 10 : 0;
      config.min_score = 0.3 + 0.02 * i;
      const std::vector<Record> query{i % 3 == 0 ? phrase : random_query(archives, kind, random)};
      config.postings = Postings::never;
      const auto expected = searcher.search(query, config);
      config.postings = Postings::always;
      check_equal(searcher.search(query, config)[0], expected[0]);
    }
  }
}

// The best place is in three parts that the postings name, as pairs before it and in it sum to what
// is required in every second block only; the second best is in another part, and farther.
TEST_CASE("a place that several parts of a record hold does not hide the next best one") {
  constexpr std::size_t kTokens = 200;
  constexpr Token kOther = 1000;  // to be replaced
  std::vector<Token> query(kTokens), tokens;
  std::iota(query.begin(), query.end(), Token{0});
  const auto say = [&](std::size_t at, std::size_t begin, std::size_t count) {
    tokens.resize(at, kOther);
    tokens.insert(tokens.end(), query.begin() + static_cast<std::ptrdiff_t>(begin),
                  query.begin() + static_cast<std::ptrdiff_t>(begin + count));
  };
  // Every second token of the query, and these.
  const auto degrade = [&](std::size_t at, const std::vector<std::size_t>& kept) {
    say(at, 0, kTokens);
    for (std::size_t i = 1; i < kTokens; i += 2) {
      if (std::find(kept.begin(), kept.end(), i) == kept.end()) tokens[at + i] = kOther;
    }
  };
  say(2, 20, 5);   // 4 pairs in block 0
  say(34, 60, 4);  // 3 pairs in block 2
  degrade(96, {51, 147, 151, 179, 185, 195});
  degrade(900, {51, 147, 151, 179, 185});
  // So large that other pairs can keep out of the lists of the query's, each of which has so many
  // entries elsewhere that none is left out.
  constexpr int kBits = 13;
  tokens.resize(std::size_t{300'000}, kOther);
  std::vector<bool> of_query(std::size_t{1} << kBits);
  Random random(11);
  for (std::size_t i = 0; i + 1 < kTokens; ++i) {
    of_query[archive::pair_bucket(query[i], query[i + 1], kBits)] = true;
    for (int copy = 0; copy < 8; ++copy) {
      const std::size_t at = 2000 + random.below(297'000);
      tokens[at] = query[i];
      tokens[at + 1] = query[i + 1];
    }
  }
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i] != kOther) continue;
    const Token before = i > 0 ? tokens[i - 1] : kOther;
    const Token after = i + 1 < tokens.size() ? tokens[i + 1] : kOther;
    do {
      tokens[i] = static_cast<Token>(kOther + 1 + random.below(20000));
    } while (of_query[archive::pair_bucket(before, tokens[i], kBits)] ||
             of_query[archive::pair_bucket(tokens[i], after, kBits)]);
  }
  Archives archives;
  archives.add({{"r", 1, tokens, {}}});
  ThreadPool pool(1);
  const Searcher searcher(archives.opened(), pool);
  SearchConfig config;
  config.k = 2;
  config.min_score = 0.525;
  config.postings = Postings::never;
  const std::vector<Record> queries{{"q", 1, query, {}}};
  const auto expected = searcher.search(queries, config);
  REQUIRE(expected[0].size() == 2);
  config.postings = Postings::always;
  check_equal(searcher.search(queries, config)[0], expected[0]);
}

TEST_CASE("damaged postings are noticed, and lose no hit") {
  const Kind kind{40, 60, 0.3, 0};
  std::size_t noticed = 0;
  for (std::uint64_t round = 0; round < 60; ++round) {
    Random random = Random::stream(9, round);
    Archives archives;
    archive::WriterOptions options;
    options.min_indexed_tokens = 0;
    archives.add(random_strings("r", 100, kind, random), options);
    archives.change_file("segment-000001", [&](std::string& bytes) {
      const archive::Segment segment("", std::vector<unsigned char>(bytes.begin(), bytes.end()));
      const auto& section = segment.section(round % 3 == 0 ? archive::kPairLists : archive::kPairs);
      for (auto n = 1 + random.below(20); n > 0; --n)
        bytes[section.offset + random.below(section.size)] ^= static_cast<char>(random.below(256));
    });
    ThreadPool pool(1);
    const Searcher searcher(archives.opened(), pool);
    for (int i = 0; i < 20; ++i) {
      SearchConfig config = random_config(random);
      const std::vector<Record> query{random_query(archives, kind, random)};
      config.postings = Postings::never;
      const auto expected = searcher.search(query, config);
      config.postings = Postings::always;
      check_equal(searcher.search(query, config)[0], expected[0]);
    }
    noticed += archives.opened()[0].index_damages().size();
  }
  CHECK(noticed > 30);
}

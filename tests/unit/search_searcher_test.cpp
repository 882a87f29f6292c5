#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include <doctest/doctest.h>

#include "align/costs.hpp"
#include "align/soft_cost.hpp"
#include "base/random.hpp"
#include "search/hit_format.hpp"
#include "search/ranking.hpp"
#include "search/searcher.hpp"
#include "search_archives.hpp"

using namespace pairalign;
using namespace pairalign::search;
using test::Archives;
using test::check_equal;
using test::random_records;
using test::slow_search;
using tokens::Record;

namespace {

// Five tokens, of which 0 and 1 resemble one another and 4 is less telling than the others.
const align::SoftCost kFiveTokens{5, {20,  9,   -15, -15, -6,  //
                                      9,   22,  -13, -15, -6,  //
                                      -15, -13, 24,  -15, -6,  //
                                      -15, -15, -15, 24,  -6,  //
                                      -6,  -6,  -6,  -6,  7}};

std::vector<SearchConfig> configs() {
  std::vector<SearchConfig> all;
  for (const Mode mode : {Mode::infix, Mode::global}) {
    for (const std::size_t k : {0U, 1U, 10U, 1000U}) {
      for (const std::size_t places : {0U, 1U, 2U}) {
        all.push_back({mode, k, places, {}, 0, false});
        all.push_back({mode, k, places, std::size_t{2}, 0, true});
        all.push_back({mode, k, places, {}, 0.6, false});
        all.push_back({mode, k, places, {}, 0, false, &kFiveTokens});
        all.push_back({mode, k, places, std::size_t{12}, 0, true, &kFiveTokens});
        all.push_back({mode, k, places, {}, 20.25, false, &kFiveTokens});
        all.push_back({mode, k, places, {}, 1e6, false, &kFiveTokens});
      }
    }
  }
  return all;
}

}  // namespace

TEST_CASE("hits equal those of comparing everything, for any number of threads") {
  Random random(11);
  Archives archives;
  archives.add(random_records("k", 130, random));
  archives.add({});
  archives.add(random_records("k", 70, random));
  // With soft costs more than fill the lanes of one profile.
  const std::vector<Record> queries = random_records("k", 45, random);
  for (const SearchConfig& config : configs()) {
    std::vector<std::vector<Hit>> expected;
    for (const Record& query : queries)
      expected.push_back(slow_search(query, archives, config));
    for (const int threads : {1, 3}) {
      ThreadPool pool(threads);
      const auto hits = Searcher(archives.opened(), pool).search(queries, config);
      REQUIRE(hits.size() == queries.size());
      for (std::size_t q = 0; q < queries.size(); ++q)
        check_equal(hits[q], expected[q]);
    }
  }
}

TEST_CASE("queries with alternatives: hits equal those of comparing everything") {
  Random random(17);
  Archives archives;
  archives.add(random_records("k", 60, random));
  std::vector<Record> queries = random_records("k", 25, random);
  for (std::size_t q = 0; q < queries.size(); q += 1 + q % 2) {
    for (const Token token : queries[q].tokens)
      queries[q].alternatives.push_back(
          {{{token, 3}, {static_cast<Token>(random.below(5)), 2}}, {{token, 1}}});
  }
  for (const SearchConfig& config : configs()) {
    if (config.distance->counts_edits()) continue;
    const QueryTokens own(*config.distance, queries);
    SearchConfig with_own = config;
    with_own.distance = &own.distance();
    ThreadPool pool(2);
    const auto hits = Searcher(archives.opened(), pool).search(queries, config);
    REQUIRE(hits.size() == queries.size());
    for (std::size_t q = 0; q < queries.size(); ++q)
      check_equal(hits[q], slow_search(own.queries()[q], archives, with_own));
  }
}

TEST_CASE("queries are prepared in groups that a distance has room for") {
  std::vector<Record> queries(5);
  for (Record& query : queries)
    query.alternatives.assign(6000, {{{0, 1}}, {{1, 1}}});
  CHECK(QueryTokens::group_size(queries) == 2);
  queries[0].alternatives.resize(100000, {{{0, 1}}});
  CHECK(QueryTokens::group_size(queries) == 1);
  for (Record& query : queries)
    query.alternatives.clear();
  CHECK(QueryTokens::group_size(queries) == 5);
  // More parts than there are numbers for tokens.
  for (const std::size_t size : {30000U, 40000U}) {
    queries[0].tokens.assign(size, Token{1});
    queries[0].alternatives.assign(size, {{{0, 1}}, {{1, 1}}});
    const QueryTokens own(kFiveTokens, {queries.data(), 1});
    CHECK(own.queries()[0].tokens.size() == (size == 30000 ? 60000 : size));
    CHECK(own.queries()[0].tokens.back() == (size == 30000 ? 60004 : 1));
  }
}

// Longer than what is read at once. Each query stands in two parts of each record, with tokens left
// out of the one, the other or both, so that the first, the second or both are best; and some stand
// across the end of a part.
TEST_CASE("long records") {
  Random random(13);
  std::vector<Record> queries(18);  // one fills lanes with documents, all fill them with queries
  for (Record& query : queries) {
    query = {"q", 1, std::vector<Token>(20 + random.below(30)), {}};
    for (Token& token : query.tokens)
      token = static_cast<Token>(random.below(60));
  }
  std::vector<Record> records{{"short", 1, queries[3].tokens, {}}};
  for (const std::size_t size : {700000U, 530000U, 524288U, 524289U}) {
    std::vector<Token> tokens(size, 99);
    const auto put = [&](std::size_t q, std::size_t left_out, std::size_t place) {
      std::copy(queries[q].tokens.begin() + static_cast<std::ptrdiff_t>(left_out),
                queries[q].tokens.end(), tokens.begin() + static_cast<std::ptrdiff_t>(place));
    };
    for (std::size_t q = 0; q < queries.size(); ++q) {
      put(q, q % 3, 5000 + 300 * q);
      put(q, q / 3 % 3, 300000 + 300 * q);
    }
    put(records.size(), 0, 262144 + records.size() - queries[records.size()].tokens.size());
    records.push_back({"r" + std::to_string(size), 1, tokens, {}});
  }
  Archives archives;
  archives.add(records);
  ThreadPool pool(2);
  const Searcher searcher(archives.opened(), pool);
  SearchConfig config;
  config.postings = Postings::never;
  config.min_score = 0.5;
  for (const std::size_t count : {1U, 18U}) {
    const std::vector<Record> asked(queries.begin(),
                                    queries.begin() + static_cast<std::ptrdiff_t>(count));
    const auto hits = searcher.search(asked, config);
    for (std::size_t q = 0; q < count; ++q)
      check_equal(hits[q], slow_search(asked[q], archives, config));
  }
}

// Everything in them is near: only what cannot be among the best is left out before places are
// looked for, and places touch the borders of what is scanned at once.
TEST_CASE("the best places of long records in which a query is near everywhere") {
  Random random(14);
  Archives archives;
  std::vector<Record> records;
  for (const std::size_t size : {9000U, 33000U, 20U, 70000U}) {
    std::vector<Token> tokens(size);
    for (Token& token : tokens)
      token = static_cast<Token>(random.below(5));
    records.push_back({"r" + std::to_string(size), 1, tokens, {}});
  }
  archives.add(records);
  std::vector<Record> queries = random_records("k", 6, random);
  for (std::size_t q = 3; q < queries.size(); ++q)  // found exactly, once or everywhere
    queries[q].tokens.assign(records[1].tokens.begin() + 4000,
                             records[1].tokens.begin() + 4000 + (q - 3) * 60 + 2);
  ThreadPool pool(2);
  const Searcher searcher(archives.opened(), pool);
  for (const align::Distance* distance : {static_cast<const align::Distance*>(&align::kUnitCost),
                                          static_cast<const align::Distance*>(&kFiveTokens)}) {
    for (const std::size_t k : {0U, 1U, 3U, 10U}) {
      for (const std::size_t places : {1U, 2U, 5U, 0U}) {
        if (k == 0 && places == 0) continue;
        const SearchConfig config{Mode::infix, k, places, {}, 0, false, distance};
        const auto hits = searcher.search(queries, config);
        for (std::size_t q = 0; q < queries.size(); ++q)
          check_equal(hits[q], slow_search(queries[q], archives, config));
      }
    }
  }
}

TEST_CASE("no archive, no record, no query") {
  ThreadPool pool(2);
  Archives archives;
  const std::vector<Record> query{{"q", 1, {1, 2}, {}}};
  CHECK(Searcher(archives.opened(), pool).search(query, {})[0].empty());
  archives.add({});
  CHECK(Searcher(archives.opened(), pool).search(query, {})[0].empty());
  CHECK(Searcher(archives.opened(), pool).search({}, {}).empty());
}

TEST_CASE("batches keep the candidates of all-hits searches within memory") {
  ThreadPool pool(1);
  Archives archives;
  std::vector<Record> records;
  for (int i = 0; i < 50000; ++i)
    records.push_back({std::to_string(i), 1, {1}, {}});
  archives.add(records);
  const Searcher searcher(archives.opened(), pool);
  SearchConfig config;
  CHECK(searcher.batch_size(config) == 256);
  config.k = 0;
  CHECK(searcher.batch_size(config) == 82);
  config.places = 1;
  CHECK(searcher.batch_size(config) == 83);
  config.k = std::size_t{1} << 40;
  CHECK(searcher.batch_size(config) >= 1);
}

TEST_CASE("times of hits, known, estimated and unknown") {
  Archives archives;
  archives.add({{"known.wav", 2, {1, 2, 3, 4}, {100, 600, 700, 1900}},
                {"estimated.wav", 2, {1, 2, 3, 4}, {}},
                {"unknown.wav", -1, {1, 2, 3, 4}, {}},
                {"part.wav#t=10.00,12.00", 2, {1, 2, 3, 4}, {}}});
  const auto& archive = archives.opened()[0];
  const auto time = [&](std::size_t record, std::size_t begin, std::size_t end, Mode mode) {
    return time_of(archive, {0, record, {0, begin, end}, 1}, mode);
  };
  CHECK(time(0, 1, 3, Mode::infix)->start_s == doctest::Approx(0.6));
  CHECK(time(0, 1, 3, Mode::infix)->end_s == doctest::Approx(1.9));
  CHECK(time(0, 3, 4, Mode::infix)->end_s == doctest::Approx(2));
  CHECK(time(1, 1, 3, Mode::infix)->start_s == doctest::Approx(0.5));
  CHECK(time(1, 1, 3, Mode::infix)->end_s == doctest::Approx(1.5));
  CHECK_FALSE(time(2, 1, 3, Mode::infix));
  CHECK_FALSE(time(2, 0, 4, Mode::global));
  CHECK(time(0, 0, 4, Mode::global)->start_s == 0);
  CHECK(time(0, 0, 4, Mode::global)->end_s == doctest::Approx(2));
}

TEST_CASE("hits as text") {
  Archives archives;
  archives.add({{"a b/x.wav#t=10.00,12.00", 2, {1, 2, 3, 4}, {}},
                {"tab\there.wav", -1, {1, 2, 9, 4}, {}},
                {"c/x.flac", 1, {1, 2}, {}}});
  const std::vector<Hit> hits{
      {0, 0, {0, 1, 3}, 1, 1.23e-7}, {0, 1, {1, 0, 4}, 2.0 / 3}, {0, 2, {2, 0, 1}, 1.0 / 3}};
  const auto text = [&](const char* format) {
    return HitFormatter(archives.opened(), parse_hit_format(format), Mode::infix)
        .lines({"in/my query.wav", 1, {}, {}}, hits);
  };
  CHECK(text("tsv") ==
        "in/my query.wav\ta b/x.wav#t=10.50,11.50\t0\t1.0000\t1.2e-07\testimated\n"
        "in/my query.wav\ttab\\there.wav\t1\t0.6667\t-\n"
        "in/my query.wav\tc/x.flac#t=0.00,0.50\t2\t0.3333\t-\testimated\n");
  CHECK(text("trec") ==
        "my_query Q0 x 1 1 pairalign\n"
        "my_query Q0 tab_here 2 0.6666666666666666 pairalign\n");
  CHECK(text("jsonl").find("{\"query\":\"in/my query.wav\",\"rank\":1,"
                           "\"key\":\"a b/x.wav#t=10.00,12.00\","
                           "\"place\":\"a b/x.wav#t=10.50,11.50\",\"begin\":1,\"end\":3,"
                           "\"place_estimated\":true,"
                           "\"distance\":0,\"score\":1.0,\"evalue\":1.2e-07}\n") == 0);
}

TEST_CASE("hits of soft costs as text: distances in bits") {
  Archives archives;
  archives.add({{"x.wav", 2, {1, 2, 3, 4}, {}}});
  const std::vector<Hit> hits{{0, 0, {9, 1, 3}, 10.25}};
  const auto text = [&](HitFormat format) {
    return HitFormatter(archives.opened(), format, Mode::infix, kFiveTokens)
        .lines({"q", 1, {}, {}}, hits);
  };
  CHECK(text(HitFormat::tsv) == "q\tx.wav#t=0.50,1.50\t2.25\t10.2500\t-\testimated\n");
  CHECK(text(HitFormat::trec) == "q Q0 x 1 10.25 pairalign\n");
  CHECK(text(HitFormat::jsonl).find("\"distance\":2.25,\"score\":10.25}") != std::string::npos);
  CHECK(align::parse_cost("soft").make({2, {4, 0, 0, 4}})->units() == kFiveTokens.units());
  CHECK_THROWS_AS(align::parse_cost("free"), Error);
}

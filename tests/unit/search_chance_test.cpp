// Whether E-values keep their word: among strings that have nothing to do with a query there are,
// on average, about as many hits of E-value e or less as e says.
#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "align/soft_cost.hpp"
#include "base/random.hpp"
#include "search/chance.hpp"
#include "search/searcher.hpp"
#include "search_archives.hpp"

using namespace pairalign;
using namespace pairalign::search;
using test::Archives;
using tokens::Record;

namespace {

constexpr std::size_t kVocabulary = 60;

// Tokens of unequal frequency, and each likelier after some others: as those of speech.
std::vector<Token> chain(std::size_t count, Random& random) {
  std::vector<Token> tokens;
  for (std::size_t i = 0; i < count; ++i) {
    const auto any = static_cast<Token>(random.below(kVocabulary) * random.below(4) / 3);
    const bool follows = i > 0 && random.chance(0.4);
    tokens.push_back(
        follows ? static_cast<Token>((tokens.back() * 7 + random.below(3)) % kVocabulary) : any);
  }
  return tokens;
}

std::vector<Record> chains(const std::string& prefix, std::size_t count, std::size_t shortest,
                           std::size_t longest, Random& random) {
  std::vector<Record> records;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t size = shortest + random.below(longest - shortest + 1);
    records.push_back({prefix + std::to_string(i), 1, chain(size, random), {}});
  }
  return records;
}

// Log-odds of tokens that are the same, or neighbours.
align::SoftCost soft_cost() {
  std::vector<std::int8_t> scores(kVocabulary * kVocabulary, -4);
  for (std::size_t i = 0; i < kVocabulary; ++i) {
    scores[i * kVocabulary + i] = 20;
    scores[i * kVocabulary + (i + 1) % kVocabulary] = 4;
  }
  return {static_cast<int>(kVocabulary), std::move(scores)};
}

// Hits of an E-value up to `evalue`, per query.
double hits_within(double evalue, const Archives& archives, SearchConfig config, Random& random) {
  constexpr std::size_t kQueries = 60;
  ThreadPool pool(2);
  config.k = 0;
  config.max_evalue = evalue;
  std::size_t hits = 0;
  const std::vector<Record> queries = chains("q", kQueries, 20, 45, random);
  for (const std::vector<Hit>& found : Searcher(archives.opened(), pool).search(queries, config)) {
    hits += found.size();
  }
  return static_cast<double>(hits) / kQueries;
}

}  // namespace

TEST_CASE("chance keeps to E-values, for each kind of search") {
  Random random(3);
  const align::SoftCost cost = soft_cost();
  Archives large, small;
  large.add(chains("a", 9000, 10, 90, random));
  small.add(chains("a", 300, 10, 90, random));
  // With soft costs in global mode, strings that are not related score below 0: there are no hits.
  const std::vector<SearchConfig> configs{{Mode::infix, 0, 1, {}, 0, false},
                                          {Mode::global, 0, 1, {}, 0, false},
                                          {Mode::infix, 0, 1, {}, 0, false, &cost}};
  for (const SearchConfig& config : configs) {
    CAPTURE(static_cast<int>(config.mode));
    CAPTURE(config.distance->counts_edits());
    for (const double evalue : {1.0, 10.0}) {
      CAPTURE(evalue);
      const double hits = hits_within(evalue, large, config, random);
      CHECK(hits > evalue / 3);
      CHECK(hits < evalue * 3);
      const double few = hits_within(evalue, small, config, random);
      CHECK(few > evalue / 4);
      CHECK(few < evalue * 4);
    }
  }
}

TEST_CASE("chance keeps to E-values in long records, of which it knows pieces") {
  Random random(5);
  Archives archives;
  archives.add(chains("a", 60, 2000, 5000, random));
  const SearchConfig config{Mode::infix, 0, 1, {}, 0, false};
  for (const double evalue : {1.0, 10.0}) {
    CAPTURE(evalue);
    const double hits = hits_within(evalue, archives, config, random);
    CHECK(hits > evalue / 4);
    CHECK(hits < evalue * 4);
  }
}

// As speech: sounds of some tokens each, in which one token nearly always follows another, in an
// order of their own. The tokens of a query in another order are no such string.
std::vector<Token> sounds(std::size_t count, Random& random) {
  std::vector<Token> tokens;
  while (tokens.size() < count) {
    const auto sound = static_cast<Token>(5 * random.below(kVocabulary / 5));
    for (Token i = 0; i < 5; ++i) {
      if (random.chance(0.8)) tokens.push_back(static_cast<Token>(sound + i));
    }
  }
  tokens.resize(count);
  return tokens;
}

// The part of queries whose best hit has an E-value up to each of `evalues`.
std::vector<double> parts_within(const std::vector<double>& evalues, const Archives& archives,
                                 const std::vector<Record>& queries, SearchConfig config) {
  config.k = 1;
  config.evalues = true;
  ThreadPool pool(2);
  std::vector<double> parts(evalues.size());
  for (const std::vector<Hit>& hits : Searcher(archives.opened(), pool).search(queries, config)) {
    for (std::size_t i = 0; i < evalues.size(); ++i) {
      if (!hits.empty() && hits[0].evalue <= evalues[i]) {
        parts[i] += 1 / static_cast<double>(queries.size());
      }
    }
  }
  return parts;
}

TEST_CASE("in small archives, what is not related seldom looks as if it were") {
  constexpr std::size_t kArchives = 8, kQueries = 25;
  const align::SoftCost cost = soft_cost();
  const std::vector<SearchConfig> configs{{Mode::infix, 1, 1, {}, 0, false},
                                          {Mode::global, 1, 1, {}, 0, false},
                                          {Mode::infix, 1, 1, {}, 0, false, &cost}};
  for (const std::size_t records : {12, 100}) {
    for (const SearchConfig& config : configs) {
      Random random(records);
      double tenth = 0, thousandth = 0, found = 0;
      for (std::size_t a = 0; a < kArchives; ++a) {
        std::vector<Record> strings, others, related;
        for (std::size_t i = 0; i < records; ++i)
          strings.push_back(
              {"a" + std::to_string(i), 1, sounds(60 + random.below(60), random), {}});
        Archives archives;
        archives.add(strings);
        for (std::size_t i = 0; i < kQueries; ++i) {
          others.push_back({"q", 1, sounds(60, random), {}});
          const std::vector<Token>& whole = strings[random.below(records)].tokens;
          related.push_back({"r", 1, {whole.begin(), whole.begin() + 60}, {}});
        }
        const std::vector<double> parts = parts_within({0.1, 0.001}, archives, others, config);
        tenth += parts[0] / kArchives;
        thousandth += parts[1] / kArchives;
        found += parts_within({0.01}, archives, related, config)[0] / kArchives;
      }
      CAPTURE(records);
      CAPTURE(static_cast<int>(config.mode));
      CAPTURE(config.distance->counts_edits());
      CHECK(tenth < 0.25);
      CHECK(thousandth < 0.02);
      CHECK(found > 0.9);
    }
  }
}

TEST_CASE("an archive of one short string tells nothing about chance") {
  Random random(6);
  Archives archives;
  archives.add({{"one", 1, chain(50, random), {}}});
  const Record query{"q", 1, archives.records()[0][0].tokens, {}};
  SearchConfig config;
  config.evalues = true;
  ThreadPool pool(1);
  const Searcher searcher(archives.opened(), pool);
  CHECK(searcher.search({&query, 1}, config)[0][0].evalue == 1);
  config.max_evalue = 0.5;
  CHECK(searcher.search({&query, 1}, config)[0].empty());
}

TEST_CASE("an E-value grows with distance and with the archive, up to its records") {
  Random random(4);
  std::vector<ChanceMatch> sample;
  for (int i = 0; i < 3000; ++i) {
    double distance = 0;
    for (int j = 0; j < 40; ++j)
      distance += random.chance(0.8) ? 1 : 0;
    sample.push_back({distance, 1});
  }
  const ChanceModel model(sample, 1, 1e6, 1e6);
  const ChanceModel larger(sample, 1, 1e8, 1e8);
  for (double distance = 0; distance < 40; ++distance) {
    CHECK(model.expected(distance) <= model.expected(distance + 1));
    CHECK(model.expected(distance) <= 1e6);
    CHECK(larger.expected(distance) == doctest::Approx(100 * model.expected(distance)));
  }
  // A binomial tail: 1e6 · P(X ≤ 19) = 5.03.
  CHECK(model.expected(19) > 5.03 / 4);
  CHECK(model.expected(19) < 5.03 * 20);  // three decades beyond the sample, on the careful side
}

TEST_CASE("samples that tell little still give numbers") {
  for (const std::vector<ChanceMatch>& sample :
       {std::vector<ChanceMatch>{}, std::vector<ChanceMatch>{{5, 1}},
        std::vector<ChanceMatch>(100, {5, 1}), std::vector<ChanceMatch>{{5, 1}, {6, 1}}}) {
    const ChanceModel model(sample, 1, 10, 10);
    for (const double distance : {0.0, 4.0, 5.0, 6.0, 100.0}) {
      const double expected = model.expected(distance);
      CHECK(expected >= 0);
      CHECK(expected <= 10);
    }
  }
}

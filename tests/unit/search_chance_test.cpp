// Whether E-values keep their word: among strings that have nothing to do with a query there are,
// on average, about as many places of E-value e or less as e says, whatever the archive holds.
#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "align/soft_cost.hpp"
#include "align/unit_cost.hpp"
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

// Record after record of so many tokens.
std::vector<Record> chains(const std::string& prefix, std::size_t count, std::size_t min_tokens,
                           std::size_t max_tokens, Random& random) {
  std::vector<Record> records;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t size = min_tokens + random.below(max_tokens - min_tokens + 1);
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

const align::SoftCost kSoftCost = soft_cost();

std::vector<Token> background() {
  Random random(99);
  return chain(60000, random);
}

const std::vector<Token> kBackground = background();

struct ChanceConfig : SearchConfig {
  Span<const Token> background = kBackground;
};

ChanceConfig config_of(const align::Distance& distance, Mode mode = Mode::infix) {
  ChanceConfig config;
  config.distance = &distance;
  config.mode = mode;
  config.k = 0;
  return config;
}

std::vector<std::vector<Hit>> find(const Archives& archives, const std::vector<Record>& queries,
                                   const ChanceConfig& config) {
  ThreadPool pool(2);
  const Chance chance(archives.opened(), *config.distance, config.mode, config.background);
  return Searcher(archives.opened(), pool).search(queries, config, chance.of(queries, pool));
}

// Per query, hits of an E-value up to `evalue`.
double hits_within(double evalue, const Archives& archives, const std::vector<Record>& queries,
                   ChanceConfig config) {
  config.max_evalue = evalue;
  std::size_t hits = 0;
  for (const std::vector<Hit>& found : find(archives, queries, config))
    hits += found.size();
  return static_cast<double>(hits) / static_cast<double>(queries.size());
}

struct Kind {
  const align::Distance* distance;
  Mode mode;
  bool alternatives = false;
};

// The first part of each token may be another.
std::vector<Record> with_alternatives(std::vector<Record> queries, Random& random) {
  for (Record& query : queries) {
    for (const Token token : query.tokens) {
      const auto other = static_cast<Token>(random.below(kVocabulary));
      query.alternatives.push_back({{{token, 3}, {other, 1}}, {{token, 1}}});
    }
  }
  return queries;
}

}  // namespace

TEST_CASE("chance keeps to E-values, in archives of any size") {
  // With soft costs in global mode, strings that are not related score below 0: there are no hits.
  for (const Kind& kind :
       {Kind{&align::kUnitCost, Mode::infix}, Kind{&kSoftCost, Mode::infix},
        Kind{&kSoftCost, Mode::infix, true}, Kind{&align::kUnitCost, Mode::global}}) {
    CAPTURE(static_cast<int>(kind.mode));
    CAPTURE(kind.distance->counts_edits());
    CAPTURE(kind.alternatives);
    const ChanceConfig config = config_of(*kind.distance, kind.mode);
    for (const std::size_t records : {40, 400, 4000}) {
      CAPTURE(records);
      Random random(records);
      Archives archives;
      archives.add(chains("a", records, 20, 90, random));
      std::vector<Record> queries = chains("q", 150, 20, 45, random);
      if (kind.alternatives) queries = with_alternatives(queries, random);
      for (const double evalue : {0.3, 3.0}) {
        CAPTURE(evalue);
        const double hits = hits_within(evalue, archives, queries, config);
        CHECK(hits > evalue / 4);
        CHECK(hits < evalue * 4);
      }
    }
  }
}

TEST_CASE("alternatives: a token that may be any other matches less well than one that is known") {
  Random random(8);
  Archives archives;
  archives.add(chains("a", 200, 20, 90, random));
  const std::vector<Record> plain = chains("q", 6, 20, 45, random);
  const std::vector<Record> doubtful = with_alternatives(plain, random);
  const Chance chance(archives.opened(), kSoftCost, Mode::infix, kBackground);
  for (std::size_t q = 0; q < plain.size(); ++q) {
    CHECK(chance.of({&doubtful[q], 1}).lowest_score(1e-300) <
          chance.of({&plain[q], 1}).lowest_score(1e-300));
  }
}

TEST_CASE("copies of the query are not taken for chance, however many there are") {
  Random random(5);
  const std::vector<Token> said = chain(40, random);
  for (const Kind& kind : {Kind{&align::kUnitCost, Mode::infix}, Kind{&kSoftCost, Mode::infix}}) {
    CAPTURE(kind.distance->counts_edits());
    for (const std::size_t records : {1, 3, 120}) {
      for (const std::size_t copies : {std::size_t{1}, (records + 1) / 2, records}) {
        CAPTURE(records);
        CAPTURE(copies);
        std::vector<Record> strings = chains("a", records, 30, 60, random);
        for (std::size_t i = 0; i < copies; ++i) {
          std::vector<Token>& tokens = strings[i].tokens;
          tokens.insert(tokens.begin() + 10, said.begin(), said.end());
        }
        Archives archives;
        archives.add(strings);
        const std::vector<Record> query{{"q", 1, said, {}}};
        ChanceConfig config = config_of(*kind.distance);
        CHECK(hits_within(0.001, archives, query, config) == copies);
        config.background = {};  // of a model that has none
        CHECK(hits_within(0.01, archives, query, config) == copies);
      }
    }
  }
}

TEST_CASE("one token over and over is found everywhere, and that means nothing") {
  const std::vector<Record> hum{{"hum", 3600, std::vector<Token>(20000, 7), {}}};
  Archives archives;
  archives.add(hum);
  Random random(6);
  const std::vector<Record> queries{{"hum", 1, std::vector<Token>(30, 7), {}},
                                    {"two", 1, {7, 9, 7, 9, 7, 9, 7, 9, 7, 9, 7, 9}, {}}};
  for (const align::Distance* distance :
       std::vector<const align::Distance*>{&align::kUnitCost, &kSoftCost}) {
    ChanceConfig config = config_of(*distance);
    for (const bool with_background : {true, false}) {
      if (!with_background) config.background = {};
      const auto found = find(archives, queries, config);
      REQUIRE(!found[0].empty());
      CHECK(found[0][0].evalue > 1);
      // Speech is not found in it by chance, and an archive of nothing else changes nothing.
      CHECK(hits_within(0.01, archives, chains("q", 50, 30, 40, random), config) == 0);
    }
  }
}

TEST_CASE("records shorter than the query, and archives in which nothing is known") {
  Random random(7);
  Archives archives;
  archives.add(chains("a", 20, 1, 6, random));
  const std::vector<Record> queries = chains("q", 20, 1, 50, random);
  for (const Mode mode : {Mode::infix, Mode::global}) {
    ChanceConfig config = config_of(align::kUnitCost, mode);
    for (const bool with_background : {true, false}) {
      if (!with_background) config.background = {};
      for (const std::vector<Hit>& hits : find(archives, queries, config)) {
        for (std::size_t i = 0; i < hits.size(); ++i) {
          CHECK(hits[i].evalue >= 0);
          CHECK(std::isfinite(hits[i].evalue));
          CHECK((i == 0 || hits[i - 1].evalue <= hits[i].evalue));
        }
      }
    }
  }
}

TEST_CASE("the law of chance: a normal tail, far beyond what was counted") {
  Random random(4);
  ChanceScores scores;
  const auto sample = [&](double shift) {
    std::vector<double> drawn;
    for (int i = 0; i < 2000; ++i)
      drawn.push_back(random.normal() + shift);
    return drawn;
  };
  scores.background.scores = scores.background.reversed = sample(0);
  scores.archive = scores.background;
  const ChanceLaw law(scores, {false, false, true, 1});
  for (const double z : {1.0, 2.0, 3.0, 4.0, 5.0}) {
    const double exact = std::erfc(z / std::sqrt(2.0)) / 2;
    CHECK(law.expected(z, 1e6) > 1e6 * exact / 2.5);
    CHECK(law.expected(z, 1e6) < 1e6 * exact * 2.5);
    CHECK(law.expected(z, 1e7) == doctest::Approx(10 * law.expected(z, 1e6)));
  }
  // An archive that suits the query's tokens better, in any order, gives as much more by chance;
  // one that has the query itself everywhere does not.
  scores.archive.scores = scores.archive.reversed = sample(1);
  CHECK(ChanceLaw(scores, {false, false, true, 1}).expected(4, 1) ==
        doctest::Approx(law.expected(3, 1)).epsilon(0.3));
  scores.archive.scores = sample(10);
  scores.archive.reversed = sample(0);
  CHECK(ChanceLaw(scores, {false, false, true, 1}).expected(10, 1e6) < 1e-6);
  // Nor does one that has it in two records of five, whose tokens the query read backwards finds.
  scores.archive = scores.background;
  for (std::size_t i = 0; i < 800; ++i) {
    scores.archive.scores[i] += 10;
    scores.archive.reversed[i] += 3;
  }
  CHECK(ChanceLaw(scores, {false, false, true, 1}).expected(5, 1e6) ==
        doctest::Approx(law.expected(5, 1e6)).epsilon(0.5));
}

TEST_CASE("samples that tell little still give numbers") {
  for (const std::vector<double>& few :
       {std::vector<double>{}, std::vector<double>{-5}, std::vector<double>(100, -5),
        std::vector<double>{-5, -6}}) {
    for (const bool edits : {false, true}) {
      ChanceScores scores;
      scores.archive.scores = scores.archive.reversed = few;
      const ChanceLaw without(scores, {!edits, edits, false, 10});
      scores.background = scores.archive;
      const ChanceLaw law(scores, {!edits, edits, false, 10});
      for (const double score : {0.0, -4.0, -5.0, -6.0, -100.0}) {
        for (const ChanceLaw* of : {&law, &without}) {
          CHECK(of->expected(score, 10) >= 0);
          CHECK(of->expected(score, 10) <= 10);
        }
      }
    }
  }
}

TEST_CASE("unit costs: whole edits count the same however the scores of a length are rounded") {
  Random random(10);
  std::vector<double> edits;
  for (int i = 0; i < 400; ++i)
    edits.push_back(std::round(12 + 2 * random.normal()));
  for (int m = 14; m <= 60; ++m) {
    CAPTURE(m);
    // As Chance computes it from 1 - distance / m.
    const auto level = [&](double distance) {
      return (1 - distance / m - 1) / (1 - (1 - 1.0 / m));
    };
    ChanceScores whole, rounded;
    for (const double distance : edits) {
      whole.background.scores.push_back(-distance);
      rounded.background.scores.push_back(level(distance));
    }
    whole.background.reversed = whole.background.scores;
    rounded.background.reversed = rounded.background.scores;
    const ScoreShape shape{false, true, false, static_cast<double>(m)};
    const ChanceLaw exact(whole, shape), law(rounded, shape);
    for (int distance = 0; distance < 14; ++distance) {
      CAPTURE(distance);
      CHECK(law.expected(level(distance), 1e6) ==
            doctest::Approx(exact.expected(-distance, 1e6)).epsilon(1e-6));
    }
  }
}

TEST_CASE("a score that the tokens reach in any order is expected wherever they fit") {
  Archives archives;
  archives.add({{"hum", 3600, std::vector<Token>(20000, 7), {}}});
  const Chance chance(archives.opened(), align::kUnitCost, Mode::infix, kBackground);
  for (const std::size_t m : {40, 94, 102, 115}) {
    for (std::size_t others = 0; others < 2 * m / 5; ++others) {
      CAPTURE(m);
      CAPTURE(others);
      Record query{"q", 1, std::vector<Token>(m, 7), {}};
      for (std::size_t i = 0; i < others; ++i)
        query.tokens[i] = static_cast<Token>(100 + i);
      const std::vector<Token> backwards(query.tokens.rbegin(), query.tokens.rend());
      const double reversed = align::kUnitCost.match_score(backwards, others, Mode::infix, m);
      CHECK(chance.of({&query, 1}).expected(reversed) >= 20000 / static_cast<double>(m));
    }
  }
}

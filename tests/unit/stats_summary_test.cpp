#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/random.hpp"
#include "stats/report.hpp"
#include "stats/summary.hpp"

using namespace pairalign;
using namespace pairalign::stats;
using tokens::Record;
using tokens::Token;

namespace {

Record record(const std::string& key, double seconds, std::vector<Token> tokens) {
  return {key, seconds, std::move(tokens), {}};
}

Summary summarise(const std::vector<Record>& records, const tokens::Header& header = {}) {
  Summariser summariser;
  for (const Record& r : records)
    summariser.add(r);
  return summariser.summary(header);
}

const tokens::Header kHeader{"0123456789abcdef", "vq", 8};

}  // namespace

TEST_CASE("rates, vocabulary and entropy of a hand-made stream") {
  // Frequencies 4, 2, 1, 1 of 8: entropy 1.75 bits.
  const Summary s = summarise({record("a", 1.5, {0, 0, 0, 1}), record("b", 0.5, {0, 1, 2, 3}),
                               record("c", 2, {}), record("d", 0, {})},
                              kHeader);
  CHECK(s.records == 4);
  CHECK(s.empty == 2);
  CHECK(s.seconds == doctest::Approx(4));
  CHECK(s.tokens == 8);
  CHECK(*s.tokens_per_second == doctest::Approx(2));
  CHECK(*s.bits_per_second == doctest::Approx(6));
  CHECK(*s.entropy_bits_per_second == doctest::Approx(3.5));
  CHECK(s.vocabulary == 8);
  CHECK(s.vocabulary_used == 4);
  CHECK(s.entropy == doctest::Approx(1.75));
  CHECK(s.normalised_entropy == doctest::Approx(1.75 / 3));
  CHECK(s.lengths == std::map<std::size_t, std::uint64_t>{{0, 2}, {4, 2}});
  CHECK(s.median_length == 0);
  CHECK(s.mean_length == doctest::Approx(2));
}

TEST_CASE("records without a duration leave the rate alone") {
  const Summary s = summarise({record("a", 2, {1, 2, 3, 4}), record("b", -1, {5, 6})});
  CHECK(s.unknown_duration == 1);
  CHECK(s.tokens == 6);
  CHECK(*s.tokens_per_second == doctest::Approx(2));
  CHECK(s.vocabulary == 7);  // no header: the largest token + 1
  CHECK_FALSE(summarise({record("b", -1, {5, 6})}).tokens_per_second);
}

TEST_CASE("an empty stream is a report of zeros") {
  const Summary s = summarise({});
  CHECK(s.records == 0);
  CHECK(s.entropy == 0);
  CHECK_FALSE(s.tokens_per_second);
  CHECK(to_json(s)["bits_per_second"].is_null());
  CHECK(to_text(s).find("records                 0") != std::string::npos);
}

TEST_CASE("collapsed strings: at most one different token in five") {
  const Summary s = summarise({record("five", 1, {7, 7, 7, 7, 7}),  // 1 / 5: collapsed
                               record("four", 1, {7, 7, 7, 7}),     // 1 / 4
                               record("eleven", 1, {1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1}),  // 2 / 11
                               record("none", 1, {}),  // not a string
                               record("one", 1, {7})});
  CHECK(s.collapsed == 2);
}

TEST_CASE("collisions: the same non-empty string under different keys") {
  const Summary s =
      summarise({record("a", 1, {1, 2}), record("b", 1, {1, 2}), record("c", 1, {1, 2}),
                 record("d", 1, {2, 1}), record("d", 1, {2, 1}), record("e", 1, {}),
                 record("f", 1, {}), record("g", 1, {3}), record("h", 1, {3})});
  CHECK(s.collisions.strings == 2);
  CHECK(s.collisions.keys == 5);
  CHECK(s.collisions.sampling == 1);
}

TEST_CASE("collisions beyond the memory are estimated from a sample of the strings") {
  CollisionCounter counter(1000);
  // 8,000 strings, every other one under two keys.
  for (int i = 0; i < 8000; ++i) {
    const std::vector<Token> string{static_cast<Token>(i), 1};
    counter.add("x" + std::to_string(i), string);
    if (i % 2 == 0) counter.add("y" + std::to_string(i), string);
  }
  const Collisions estimate = counter.count();
  CHECK(estimate.sampling >= 8);
  CHECK(estimate.keys == 2 * estimate.strings);
  CHECK(static_cast<double>(estimate.strings) == doctest::Approx(4000).epsilon(0.15));
}

TEST_CASE("n-grams equal a count by map, and do not span records") {
  Random random(5);
  std::vector<Record> records;
  std::map<std::vector<Token>, std::uint64_t> counts[4];
  for (int i = 0; i < 40; ++i) {
    Record r = record(std::to_string(i), 1, {});
    for (std::uint64_t j = random.below(30); j > 0; --j) {
      r.tokens.push_back(static_cast<Token>(65535 - random.below(4) * random.below(3)));
    }
    for (std::size_t n = 1; n <= 3; ++n) {
      for (std::size_t at = 0; at + n <= r.tokens.size(); ++at) {
        const auto first = r.tokens.begin() + static_cast<std::ptrdiff_t>(at);
        ++counts[n][std::vector<Token>(first, first + static_cast<std::ptrdiff_t>(n))];
      }
    }
    records.push_back(r);
  }
  const Summary s = summarise(records);
  for (std::size_t n = 1; n <= 3; ++n) {
    const auto& top = s.ngrams[n - 1].top;
    REQUIRE(top.size() == std::min<std::size_t>(10, counts[n].size()));
    CHECK(s.ngrams[n - 1].error == 0);
    for (std::size_t i = 0; i < top.size(); ++i) {
      CHECK(top[i].count == counts[n][top[i].tokens]);
      if (i > 0) CHECK(top[i - 1].count >= top[i].count);
    }
    // Nothing that was left out is more frequent than the last one listed.
    for (const NGram& listed : top)
      counts[n].erase(listed.tokens);
    for (const auto& [ngram, count] : counts[n])
      CHECK(count <= top.back().count);
  }
}

TEST_CASE("frequent items keep their promise when memory runs out") {
  Random random(6);
  FrequentItems frequent(100);
  std::map<std::uint64_t, std::uint64_t> exact;
  for (int i = 0; i < 50000; ++i) {
    // Frequencies fall off as a power law over 5,000 items.
    const auto item = static_cast<std::uint64_t>(5000 * std::pow(random.uniform(), 6));
    frequent.add(item);
    ++exact[item];
  }
  REQUIRE(frequent.error() > 0);
  std::set<std::uint64_t> kept;
  for (const auto& [item, count] : frequent.top(100)) {
    CHECK(count <= exact[item]);
    CHECK(count + frequent.error() >= exact[item]);
    kept.insert(item);
  }
  for (const auto& [item, count] : exact) {
    if (count > frequent.error()) CHECK(kept.count(item) == 1);
  }
}

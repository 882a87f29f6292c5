// Windows of files that overlap: a place is told once.
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "align/unit_cost.hpp"
#include "base/random.hpp"
#include "search/duplicates.hpp"
#include "search/ranking.hpp"
#include "search/searcher.hpp"
#include "search_archives.hpp"

using namespace pairalign;
using namespace pairalign::search;
using test::Archives;
using tokens::Record;

namespace {

constexpr std::size_t kWindow = 12, kHop = 6;

// Of files of few different tokens, a token every half second. `mark`: '#', or another byte where
// keys are to be those of whole files.
std::vector<Record> windows(std::size_t files, char mark, Random& random) {
  std::vector<Record> records;
  for (std::size_t f = 0; f < files; ++f) {
    std::vector<Token> tokens(40);
    for (Token& token : tokens)
      token = static_cast<Token>(random.below(6));
    for (std::size_t begin = 0; begin + kWindow <= tokens.size(); begin += kHop) {
      const auto from = tokens.begin() + static_cast<std::ptrdiff_t>(begin);
      Record record{fmt::format("file{}{}t={:.2f},{:.2f}", f, mark, static_cast<double>(begin) / 2,
                                static_cast<double>(begin + kWindow) / 2),
                    kWindow / 2.0,
                    {from, from + kWindow},
                    {}};
      for (std::uint32_t i = 0; i < kWindow; ++i)
        record.starts_ms.push_back(500 * i);
      records.push_back(record);
    }
  }
  return records;
}

// Half seconds [begin, end) of a file.
struct Stretch {
  std::string file;
  long begin, end;
};

Stretch stretch(const Record& record, const Match& match) {
  const std::size_t at = record.key.find("t=");
  const long start = std::lround(2 * std::stod(record.key.substr(at + 2)));
  return {record.key.substr(0, at), start + static_cast<long>(match.begin),
          start + static_cast<long>(match.end)};
}

std::vector<Hit> slow_filter(const std::vector<Hit>& hits, const std::vector<Record>& records,
                             std::size_t k, std::size_t places) {
  std::vector<Hit> kept;
  std::vector<Stretch> told;
  for (const Hit& hit : hits) {
    const Stretch place = stretch(records[hit.record], hit.match);
    std::size_t of_file = 0;
    bool again = false;
    for (const Stretch& other : told) {
      if (other.file != place.file) continue;
      ++of_file;
      const long common = std::min(place.end, other.end) - std::max(place.begin, other.begin);
      const long shorter = std::min(place.end - place.begin, other.end - other.begin);
      again = again || 2 * common > shorter;
    }
    if (again || (places > 0 && of_file >= places) || (k > 0 && kept.size() == k)) continue;
    told.push_back(place);
    kept.push_back(hit);
  }
  return kept;
}

}  // namespace

TEST_CASE("a place in several windows is one hit, and -k and places count what is told") {
  Random random(3), same(3);
  const std::vector<Record> of_files = windows(9, '#', random);
  const std::vector<Record> plain = windows(9, '%', same);
  Archives archives, others;
  archives.add(of_files);
  others.add(plain);
  ThreadPool pool(2);
  for (int round = 0; round < 12; ++round) {
    Record query{"q", 1, {}, {}};
    for (int i = 0; i < 5; ++i)
      query.tokens.push_back(static_cast<Token>(random.below(6)));
    const Span<const Record> one(&query, 1);
    SearchConfig config;
    config.min_score = 0.5;
    config.k = 0;
    const std::vector<Hit> all = Searcher(others.opened(), pool).search(one, config)[0];
    for (const std::size_t k : {0, 1, 4, 15}) {
      for (const std::size_t places : {0, 1, 2, 3}) {
        config.k = k;
        config.places = places;
        const std::vector<Hit> hits = Searcher(archives.opened(), pool).search(one, config)[0];
        test::check_equal(hits, slow_filter(all, plain, k, places));
      }
    }
    config.k = 0;
    config.places = 0;
    config.mode = Mode::global;
    config.min_score = 0.2;
    CHECK(Searcher(archives.opened(), pool).search(one, config)[0].size() ==
          Searcher(others.opened(), pool).search(one, config)[0].size());
  }
}

TEST_CASE("two places of a window that repeat one of another do not hide the next") {
  Random random(5);
  Archives archives;
  archives.add(windows(1, '#', random));
  const std::vector<Hit> all{{0, 0, {0, 6, 12}, 1},
                             {0, 1, {0, 0, 2}, 0.9},
                             {0, 1, {0, 3, 5}, 0.8},
                             {0, 1, {0, 8, 11}, 0.7}};
  SearchConfig config;
  config.k = 0;
  config.places = 2;
  const std::vector<Hit> hits =
      without_repeats(archives.opened(), config, [&](std::size_t, std::size_t places) {
        return std::vector<Hit>(all.begin(), places == 2 ? all.end() - 1 : all.end());
      });
  REQUIRE(hits.size() == 2);
  CHECK(hits[0].match.begin == 6);
  CHECK(hits[1].match.begin == 8);
}

TEST_CASE("pairs of windows that overlap on both sides are one pair") {
  Random random(4);
  std::vector<Record> records = windows(3, '#', random);
  // The third file says what the first one does.
  const std::size_t of_file = records.size() / 3;
  for (std::size_t i = 0; i < of_file; ++i)
    records[2 * of_file + i].tokens = records[i].tokens;
  Archives archives;
  archives.add(records);
  ThreadPool pool(1);
  for (const Mode mode : {Mode::global, Mode::infix}) {
    DuplicatesConfig config;
    config.mode = mode;
    config.min_score = 0.6;
    config.min_bits = config.min_bits_per_token = 0;
    std::vector<std::pair<Stretch, Stretch>> told;
    find_duplicates(
        archives.opened(), config, pool,
        [&](const DuplicatePair& pair) {
          const auto side = [&](int i) {
            const DuplicateSide& s = pair.sides[i];
            return stretch(records[s.record], {0, s.begin, s.end});
          };
          const auto overlap = [](const Stretch& a, const Stretch& b) {
            return a.file == b.file && a.begin < b.end && b.begin < a.end;
          };
          const Stretch a = side(0), b = side(1);
          CHECK_FALSE(overlap(a, b));
          for (const auto& [c, d] : told) {
            CHECK_FALSE((overlap(a, c) && overlap(b, d)));
            CHECK_FALSE((overlap(a, d) && overlap(b, c)));
          }
          told.emplace_back(a, b);
        },
        [](std::size_t) {});
    // The copies are found: half of the windows cover the file.
    CHECK(std::count_if(told.begin(), told.end(), [](const auto& pair) {
            return pair.first.file == "file0#" && pair.second.file == "file2#";
          }) >= 2);
  }
}

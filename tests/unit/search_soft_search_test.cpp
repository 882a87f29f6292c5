#include <algorithm>
#include <tuple>
#include <vector>

#include <doctest/doctest.h>

#include "base/random.hpp"
#include "search/searcher.hpp"
#include "search_archives.hpp"

using namespace pairalign;
using namespace pairalign::search;
using test::Archives;
using test::check_equal;
using tokens::Record;

namespace {

// Five tokens, of which 0 and 1 resemble one another and 4 is less telling than the others.
SoftCost five_tokens() {
  return {5, {20,  9,   -15, -15, -6,  //
              9,   22,  -13, -15, -6,  //
              -15, -13, 24,  -15, -6,  //
              -15, -15, -15, 24,  -6,  //
              -6,  -6,  -6,  -6,  7}};
}

// The oracle: align with everything, sort everything, cut.
std::vector<Hit> slow_search(const Record& query, const Archives& archives,
                             const SearchConfig& config) {
  std::vector<std::tuple<int, std::string, std::size_t, std::size_t, SoftMatch>> all;
  const int best_possible = config.soft->best_possible(query.tokens);
  for (std::size_t a = 0; a < archives.records().size(); ++a) {
    for (std::size_t r = 0; r < archives.records()[a].size(); ++r) {
      const Record& record = archives.records()[a][r];
      if (query.tokens.empty()) continue;
      if (config.leave_out_self && record.key == query.key) continue;
      const SoftMatch match = align(query.tokens, record.tokens, *config.soft, config.mode);
      const double distance = (best_possible - match.score) / 4.0;
      if (config.max_distance && distance > static_cast<double>(*config.max_distance)) continue;
      if (match.score <= 0 || match.score / 4.0 < config.min_score) continue;
      all.emplace_back(-match.score, record.key, a, r, match);
    }
  }
  std::sort(all.begin(), all.end(), [](const auto& x, const auto& y) {
    return std::tie(std::get<0>(x), std::get<1>(x), std::get<2>(x), std::get<3>(x)) <
           std::tie(std::get<0>(y), std::get<1>(y), std::get<2>(y), std::get<3>(y));
  });
  if (config.k > 0) all.resize(std::min(all.size(), config.k));
  std::vector<Hit> hits;
  for (const auto& [negative, key, a, r, match] : all) {
    const auto distance = static_cast<std::size_t>(best_possible - match.score);
    hits.push_back({a, r, {distance, match.begin, match.end}, match.score / 4.0});
  }
  return hits;
}

}  // namespace

TEST_CASE("soft hits equal align-with-everything, for any number of threads") {
  Random random(12);
  Archives archives;
  archives.add(test::random_records("k", 130, random));
  archives.add({});
  archives.add(test::random_records("k", 70, random));
  // More than fill the lanes of one profile.
  const std::vector<Record> queries = test::random_records("k", 45, random);
  const SoftCost cost = five_tokens();
  for (const Mode mode : {Mode::infix, Mode::global}) {
    for (const std::size_t k : {0U, 1U, 10U, 1000U}) {
      for (const SearchConfig& config : {SearchConfig{mode, k, {}, 0, false, &cost},
                                         SearchConfig{mode, k, std::size_t{12}, 0, true, &cost},
                                         SearchConfig{mode, k, {}, 20.25, false, &cost},
                                         SearchConfig{mode, k, {}, 1e6, false, &cost}}) {
        for (const int threads : {1, 3}) {
          ThreadPool pool(threads);
          const auto hits = Searcher(archives.opened(), pool).search(queries, config);
          REQUIRE(hits.size() == queries.size());
          for (std::size_t q = 0; q < queries.size(); ++q)
            check_equal(hits[q], slow_search(queries[q], archives, config));
        }
      }
    }
  }
}

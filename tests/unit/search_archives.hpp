// Archives in a folder that is gone at the end of the test, and what is found in them.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <tuple>
#include <vector>

#include <doctest/doctest.h>
#include <unistd.h>

#include "align/match.hpp"
#include "archive/archive.hpp"
#include "archive/writer.hpp"
#include "base/file.hpp"
#include "base/random.hpp"
#include "search/searcher.hpp"
#include "tokens/record.hpp"

namespace pairalign::test {

class Archives {
 public:
  Archives() { REQUIRE(::mkdtemp(folder_.data()) != nullptr); }
  ~Archives() { std::filesystem::remove_all(folder_); }
  Archives(const Archives&) = delete;
  Archives& operator=(const Archives&) = delete;

  void add(const std::vector<tokens::Record>& records, const archive::WriterOptions& options = {}) {
    const std::string path = path_of(archives_.size());
    archive::ArchiveWriter writer(path, {}, options);
    for (const tokens::Record& record : records)
      writer.add(record);
    writer.commit();
    archives_.push_back(archive::Archive::open(path));
    records_.push_back(records);
  }

  /// From the archive added last; `records()` still has them.
  void remove(const std::vector<std::string>& keys) {
    const std::string path = path_of(archives_.size() - 1);
    archive::ArchiveWriter writer(path);
    writer.remove(keys);
    writer.commit();
    archives_.back() = archive::Archive::open(path);
  }

  /// Of the archive added last.
  template <class Change>
  void change_file(const std::string& name, Change change) {
    const std::string path = path_of(archives_.size() - 1);
    std::string bytes = read_file(path + "/" + name);
    change(bytes);
    replace_file(path + "/" + name, bytes);
    archives_.back() = archive::Archive::open(path);
  }

  const std::vector<archive::Archive>& opened() const { return archives_; }
  const std::vector<std::vector<tokens::Record>>& records() const { return records_; }

 private:
  std::string path_of(std::size_t number) const {
    return folder_ + "/" + std::to_string(number) + ".pai";
  }

  std::string folder_ = "/tmp/pairalign_test_XXXXXX";
  std::vector<archive::Archive> archives_;
  std::vector<std::vector<tokens::Record>> records_;
};

/// Few different keys and tokens: ties, also between equal keys.
inline std::vector<tokens::Record> random_records(const std::string& prefix, int count,
                                                  Random& random) {
  std::vector<tokens::Record> records;
  for (int i = 0; i < count; ++i) {
    tokens::Record record{prefix + std::to_string(random.below(20)), 1, {}, {}};
    for (auto n = random.below(24); n > 0; --n)
      record.tokens.push_back(static_cast<tokens::Token>(random.below(5)));
    records.push_back(record);
  }
  return records;
}

/// The oracle: places of every record by plain computation, sort everything, cut.
inline std::vector<search::Hit> slow_search(const tokens::Record& query, const Archives& archives,
                                            const search::SearchConfig& config) {
  using search::Hit;
  const align::Distance& cost = *config.distance;
  const auto key = [&](const Hit& hit) { return archives.opened()[hit.archive].key(hit.record); };
  std::vector<Hit> all;
  for (std::size_t a = 0; a < archives.opened().size(); ++a) {
    for (std::size_t r = 0; r < archives.opened()[a].size(); ++r) {
      tokens::Record record;
      archives.opened()[a].record(r, record);
      if (query.tokens.empty() || (config.exclude_self && record.key == query.key)) continue;
      const bool infix = config.mode == align::Mode::infix;
      align::Matcher matcher(cost, query.tokens);
      const std::size_t length =
          cost.length(config.mode, query.tokens.size(), record.tokens.size());
      const auto limit = cost.bound(query.tokens, config.min_score, length);
      if (!limit) continue;
      const std::vector<align::Match> matches =
          infix ? matcher.places(record.tokens, *limit)
                : std::vector<align::Match>{matcher.best(record.tokens, config.mode)};
      std::size_t places = 0;
      for (const align::Match& match : matches) {
        const double score = cost.score(query.tokens, match.distance, length);
        const auto units = static_cast<std::size_t>(cost.units());
        if (config.max_distance && match.distance > *config.max_distance * units) continue;
        if (score <= 0 || score < config.min_score - 1e-9) continue;
        if (config.places > 0 && ++places > config.places) continue;
        all.push_back({a, r, match, score});
      }
    }
  }
  std::sort(all.begin(), all.end(), [&](const Hit& x, const Hit& y) {
    if (x.score != y.score) return x.score > y.score;
    return std::tuple(key(x), x.archive, x.record, x.match.begin) <
           std::tuple(key(y), y.archive, y.record, y.match.begin);
  });
  if (config.k > 0) all.resize(std::min(all.size(), config.k));
  return all;
}

inline void check_equal(const std::vector<search::Hit>& got,
                        const std::vector<search::Hit>& expected) {
  REQUIRE(got.size() == expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    REQUIRE(got[i].archive == expected[i].archive);
    REQUIRE(got[i].record == expected[i].record);
    REQUIRE(got[i].match.distance == expected[i].match.distance);
    REQUIRE(got[i].match.begin == expected[i].match.begin);
    REQUIRE(got[i].match.end == expected[i].match.end);
    REQUIRE(got[i].score == expected[i].score);
  }
}

}  // namespace pairalign::test

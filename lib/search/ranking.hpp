// The best candidates of one query while a search is under way. Not part of the library's face.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "search/searcher.hpp"
#include "tokens/record.hpp"

namespace pairalign::search {

/// A record that may become a hit. Its rank is kept as a fraction, to be compared exactly.
struct Candidate {
  std::size_t archive;
  std::size_t record;
  std::string key;
  MatchEnd end;
  std::size_t length;  ///< what the distance is divided by, > 0; with soft costs 1
  /// The match lies within tokens [begin, end.end) of the record; there, too, it is the first.
  std::size_t begin = 0;
};

/// Whether a record cannot be a hit whatever its tokens are.
inline bool left_out(const tokens::Record& query, const std::string& key,
                     const SearchConfig& config) {
  return query.tokens.empty() || (config.leave_out_self && query.key == key);
}

class Ranking {
 public:
  /// `best_possible`: SoftCost::best_possible of the query, where the search has soft costs.
  explicit Ranking(const SearchConfig& config, int best_possible = 0)
      : config_(config), best_possible_(best_possible) {}

  /// The largest distance, of a record whose distance is divided by `length`, that can still
  /// matter. Empty: none can.
  std::optional<std::size_t> bound(std::size_t length) const;

  /// Whether there are as many candidates as are asked for.
  bool full() const { return config_.k > 0 && best_.size() == config_.k; }

  void add(const Candidate& candidate);
  void merge(const Ranking& other);

  /// Best first, without the begins of their matches.
  std::vector<Hit> hits();

  const SearchConfig& config() const { return config_; }

 private:
  double score(const Candidate& candidate) const;
  std::optional<std::size_t> bound_by_score(std::size_t length) const;

  SearchConfig config_;
  int best_possible_;
  std::vector<Candidate> best_;  // a heap with the worst in front, unless all are wanted
};

}  // namespace pairalign::search

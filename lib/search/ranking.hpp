// The best candidates of one query during a search. Not part of the public interface.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "search/searcher.hpp"
#include "tokens/record.hpp"

namespace pairalign::search {

/// A place in a record, or a region that holds some. Its rank is kept as a fraction, so that
/// comparisons are exact.
struct Candidate {
  std::size_t archive;
  std::size_t record;
  std::string key;
  std::size_t distance;  ///< of a region: of the best place in it
  std::size_t length;    ///< what the distance is divided by, > 0
  std::size_t begin;     ///< tokens [begin, end) of the record
  std::size_t end;
};

/// Keeps the best `places` of a record; 0: all.
void keep_best(std::vector<Candidate>& of_record, std::size_t places);

/// Ties are ordered by key, archive, record and place, so that the best k places lie in the best k
/// regions.
class Ranking {
 public:
  /// The query must outlive it.
  Ranking(const SearchConfig& config, const tokens::Record& query)
      : config_(config), query_(&query) {}

  /// The largest distance that can still matter, of a record whose distance is divided by `length`.
  /// Empty: none can.
  std::optional<std::size_t> bound(std::size_t length) const;

  /// What the distance from a document is divided by.
  std::size_t length(std::size_t document_tokens) const {
    return config_.distance->length(config_.mode, query_->tokens.size(), document_tokens);
  }

  /// Whether there are as many candidates as requested.
  bool full() const { return config_.k > 0 && best_.size() == config_.k; }

  void add(Candidate candidate);
  void merge(Ranking&& other);

  /// Removes and returns all candidates, best first.
  std::vector<Candidate> take();

  const SearchConfig& config() const { return config_; }
  const tokens::Record& query() const { return *query_; }

 private:
  SearchConfig config_;
  const tokens::Record* query_;
  std::vector<Candidate> best_;  // a heap with the worst at the front, unless all are wanted
};

}  // namespace pairalign::search

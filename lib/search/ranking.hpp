// The best candidates of one query while a search is under way. Not part of the library's face.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "archive/archive.hpp"
#include "base/span.hpp"
#include "search/searcher.hpp"
#include "tokens/record.hpp"

namespace pairalign::search {

/// A place in a record, or a region that holds some. Its rank is kept as a fraction, to be compared
/// exactly.
struct Candidate {
  std::size_t archive;
  std::size_t record;
  std::string key;
  std::size_t distance;  ///< of a region: of the best place in it
  std::size_t length;    ///< what the distance is divided by, > 0
  std::size_t begin;     ///< tokens [begin, end) of the record
  std::size_t end;
};

/// Equal candidates are ordered by key, archive, record and place, so that of k regions that are
/// the best, one after the other, none holds a place that is better than the best k of all.
class Ranking {
 public:
  /// The query must outlive it.
  Ranking(const SearchConfig& config, const tokens::Record& query)
      : config_(config), query_(&query) {}

  /// The largest distance, of a record whose distance is divided by `length`, that can still
  /// matter. Empty: none can.
  std::optional<std::size_t> bound(std::size_t length) const;

  /// Whether there are as many candidates as are asked for.
  bool full() const { return config_.k > 0 && best_.size() == config_.k; }

  void add(Candidate candidate);
  void merge(Ranking&& other);

  /// Best first; none are left.
  std::vector<Candidate> take();

  const SearchConfig& config() const { return config_; }
  const tokens::Record& query() const { return *query_; }

 private:
  SearchConfig config_;
  const tokens::Record* query_;
  std::vector<Candidate> best_;  // a heap with the worst in front, unless all are wanted
};

/// Takes regions of one record after the other, as they lie in it, into a ranking.
class RegionCollector {
 public:
  RegionCollector(Span<const archive::Archive> archives, Ranking& ranking)
      : archives_(archives), ranking_(&ranking) {}

  /// Without its key.
  void add(Candidate region);
  /// The record is complete.
  void finish();

 private:
  void drop_far();
  void join();

  Span<const archive::Archive> archives_;
  Ranking* ranking_;
  std::vector<Candidate> open_;  // of the record under way
};

/// Keeps the best `places` of a record; 0: all.
void keep_best(std::vector<Candidate>& of_record, std::size_t places);

}  // namespace pairalign::search

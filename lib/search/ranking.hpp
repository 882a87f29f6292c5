// Comparing queries with records, and the best candidates of each. Not part of the public
// interface.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "align/scan.hpp"
#include "archive/archive.hpp"
#include "base/span.hpp"
#include "base/thread_pool.hpp"
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

/// Better ones first.
bool operator<(const Candidate& a, const Candidate& b);

/// Keeps the first `count` by operator<, in any order; 0: all.
template <class T>
void keep_best(std::vector<T>& found, std::size_t count) {
  if (count == 0 || found.size() <= count) return;
  const auto end = found.begin() + static_cast<std::ptrdiff_t>(count);
  std::nth_element(found.begin(), end, found.end());
  found.erase(end, found.end());
}

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

/// Consecutive records of an archive.
struct RecordTile {
  std::size_t archive = 0;
  std::size_t first_record = 0;
  std::vector<Span<const tokens::Token>> documents;
};

/// Passes all records to `visit`, tens of thousands of tokens at a time: enough to fill lanes, few
/// enough to stay in the cache and to let bounds tighten soon. They are divided among the threads
/// in `pieces` of consecutive records, whose number is the other argument of `visit`.
void visit_records(Span<const archive::Archive> archives, ThreadPool& pool, std::size_t pieces,
                   const std::function<void(std::size_t piece, const RecordTile& tile)>& visit);

/// Where a document that is a record, or a part of one, begins.
struct DocumentPlace {
  std::size_t archive;
  std::size_t record;
  std::size_t token = 0;  ///< in the record
};

/// Compares the queries of `scan` with documents, and adds to the rankings, one for each query,
/// what may hold the best places. Documents are in the order of their records; all parts of a
/// record are in one call.
void rank_regions(Span<const archive::Archive> archives, const align::Scan& scan,
                  align::Strings documents,
                  const std::function<DocumentPlace(std::size_t document)>& place_of,
                  Span<Ranking> rankings);

/// The best candidates of each query, found without reading records that cannot match
/// (pair_filter.hpp): the bound is raised until there are k, as nothing beyond it is then better.
/// For distances that count edits, they are those of a comparison with every record. nullopt for a
/// query for which that is cheaper: a short one, or one whose hits are no better than chance.
std::vector<std::optional<Ranking>> search_index(Span<const archive::Archive> archives,
                                                 ThreadPool& pool,
                                                 Span<const tokens::Record> queries,
                                                 const SearchConfig& config);

}  // namespace pairalign::search

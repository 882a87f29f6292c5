// What searches share: queries as a distance takes them, comparing them with records, the best
// candidates of each, and places of files. Not part of the public interface.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
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

/// For a distance to which alternatives make a difference: the queries in parts, and the distance
/// that knows these (align::Distance::with_alternatives). Else both as they are.
/// The arguments must outlive it.
class QueryTokens {
 public:
  QueryTokens(const align::Distance& distance, Span<const tokens::Record> queries)
      : distance_(&distance), queries_(queries) {
    const auto given = [](const tokens::Record& query) { return !query.alternatives.empty(); };
    if (std::none_of(queries.begin(), queries.end(), given)) return;
    own_queries_.assign(queries.begin(), queries.end());
    own_distance_ = distance.with_alternatives(own_queries_);
    if (own_distance_ == nullptr) return;
    distance_ = own_distance_.get();
    queries_ = own_queries_;
  }
  QueryTokens(const QueryTokens&) = delete;
  QueryTokens& operator=(const QueryTokens&) = delete;

  /// How many queries, from the front, to prepare together: a distance has room for a limited
  /// number of parts. A query of more than that, half an hour of speech, is used without its
  /// alternatives.
  static std::size_t group_size(Span<const tokens::Record> queries) {
    constexpr std::size_t kMaxParts = std::size_t{1} << 15;
    std::size_t parts = 0, count = 0;
    for (const tokens::Record& query : queries) {
      parts += tokens::count_parts(query);
      if (parts > kMaxParts) break;
      ++count;
    }
    return std::max<std::size_t>(count, 1);
  }

  const align::Distance& distance() const { return *distance_; }
  Span<const tokens::Record> queries() const { return queries_; }

 private:
  const align::Distance* distance_;
  Span<const tokens::Record> queries_;
  std::vector<tokens::Record> own_queries_;
  std::unique_ptr<const align::Distance> own_distance_;
};

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

/// A place identified by file and time, where records are parts of files: in seconds of a file, or
/// of one channel of it, or in tokens of a record without times.
struct FilePlace {
  std::string file;  ///< and channel, if the key names one
  double begin;
  double end;
};

/// The place of tokens [begin, end) of a record.
FilePlace file_place(const archive::Archive& archive, std::size_t record, std::size_t begin,
                     std::size_t end);

/// Whether any key of an archive names a part of a file.
bool has_parts(const archive::Archive& archive);

bool overlap(const FilePlace& a, const FilePlace& b);

/// The hits that `find(k, places)` returns (places as in SearchConfig), best first and without
/// repeats: windows of a recording overlap, so one place may lie in several of them, whole or cut.
/// A hit is dropped if it has more than half of itself, or of a better one, in common with that
/// one, or if its file already has `config.places` hits. `find` is called with larger numbers until
/// there are `config.k` hits. Records whose keys name whole files, and global mode, are left as
/// they are.
using FindHits = std::function<std::vector<Hit>(std::size_t k, std::size_t places)>;
std::vector<Hit> without_repeats(Span<const archive::Archive> archives, const SearchConfig& config,
                                 const FindHits& find);

}  // namespace pairalign::search

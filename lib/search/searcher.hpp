// The best matches of queries among the records of archives.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "archive/archive.hpp"
#include "base/span.hpp"
#include "base/thread_pool.hpp"
#include "search/edit_distance.hpp"
#include "search/record_tiles.hpp"
#include "search/soft_alignment.hpp"
#include "tokens/record.hpp"

namespace pairalign::search {

/// Whether postings spare the comparison with every record; the hits are the same.
enum class Postings {
  where_cheaper,
  where_possible,  ///< at any price: for tests
  never,
};

struct SearchConfig {
  Mode mode = Mode::infix;
  std::size_t k = 10;                       ///< hits per query; 0: all
  std::optional<std::size_t> max_distance;  ///< edits, or with soft costs bits
  double min_score = 0;                     ///< records of a lower score are no hits
  bool leave_out_self = false;              ///< records whose key is the query's key are no hits
  /// The scores of token pairs, which must outlive the search; null: unit costs.
  const SoftCost* soft = nullptr;
  std::optional<double> max_evalue{};  ///< records of a higher E-value are no hits
  bool evalues = false;                ///< tell E-values, also without `max_evalue`
  Postings postings = Postings::where_cheaper;
};

/// A record and where in it the query was found.
struct Hit {
  std::size_t archive = 0;  ///< position in the list of archives
  std::size_t record = 0;   ///< in that archive
  /// With soft costs, `match.distance` is what the alignment scores less than the best that any
  /// could, in 1 / SoftCost::kUnitsPerBit bits.
  Match match;
  /// 1 − distance / length: of the query in infix mode, of the longer string in global mode. With
  /// soft costs the score of the alignment in bits.
  double score = 0;
  /// How many records of that score or a better one chance alone would give in these archives
  /// (chance.hpp); negative: not asked for.
  double evalue = -1;
};

class Ranking;

/// Compares every query with every record. A record is no hit when its score is 0 or less: when
/// nothing of the query is found in it, or with soft costs nothing that chance would not explain.
/// Hits are ordered by score, best first; equal scores by key in byte
/// order, then by archive and record. The result does not depend on the number of threads.
class Searcher {
 public:
  /// Archives and pool must outlive the searcher.
  Searcher(Span<const archive::Archive> archives, ThreadPool& pool);

  /// The hits of each query. A query without tokens has none: it says nothing to look for.
  std::vector<std::vector<Hit>> search(Span<const tokens::Record> queries,
                                       const SearchConfig& config) const;

  /// How many queries to hand to one `search`: enough to spread the cost of unpacking records, few
  /// enough that the candidates fit into memory when every record is a hit.
  std::size_t batch_size(const SearchConfig& config) const;

 private:
  /// `scan(first, last, rankings)` adds what it finds among these records; all of it comes back.
  template <class Scan>
  std::vector<Ranking> scan_in_pieces(const std::vector<Ranking>& empty, Scan scan) const;
  std::vector<Ranking> find_unit(Span<const tokens::Record> queries,
                                 const SearchConfig& config) const;
  /// Without E-values.
  std::vector<std::vector<Hit>> find(Span<const tokens::Record> queries,
                                     const SearchConfig& config) const;
  /// By postings where these are enough, else by comparing with every record.
  std::vector<Ranking> find_indexed(Span<const tokens::Record> queries,
                                    const SearchConfig& config) const;
  std::vector<Ranking> find_soft(Span<const tokens::Record> queries,
                                 const SearchConfig& config) const;
  void locate(const tokens::Record& query, const SearchConfig& config,
              std::vector<Hit>& hits) const;

  Span<const archive::Archive> archives_;
  ThreadPool& pool_;
  RecordTiles tiles_;
};

/// Seconds within the recording that a record stands for.
struct TimeSpan {
  double start_s;
  double end_s;
};

/// When the match of a hit is heard: by the archived starts of its tokens, else estimated as if all
/// tokens were equally long; in global mode the whole recording. Nothing when the record does not
/// tell how long it is.
std::optional<TimeSpan> time_of(const archive::Archive& archive, const Hit& hit, Mode mode);

}  // namespace pairalign::search

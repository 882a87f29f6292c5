// The best matches of queries among the records of archives.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "align/distance.hpp"
#include "align/match.hpp"
#include "align/unit_cost.hpp"
#include "archive/archive.hpp"
#include "base/span.hpp"
#include "base/thread_pool.hpp"
#include "search/record_tiles.hpp"
#include "tokens/record.hpp"

namespace pairalign::search {

using align::Match;
using align::Mode;
using tokens::Token;

/// Whether postings spare the comparison with every record; the hits are the same.
enum class Postings {
  automatic,
  always,  ///< at any price: for tests
  never,
};

struct SearchConfig {
  Mode mode = Mode::infix;
  std::size_t k = 10;                       ///< hits per query; 0: all
  std::size_t places = 0;                   ///< of these in one record at most; 0: any number
  std::optional<std::size_t> max_distance;  ///< edits, or with soft costs bits
  double min_score = 0;                     ///< places of a lower score are no hits
  bool exclude_self = false;                ///< records whose key is the query's key hold no hits
  const align::Distance* distance = &align::kUnitCost;  ///< must outlive the search
  /// Places of a higher E-value are no hits; wants the queries' QueryChance.
  std::optional<double> max_evalue{};
  Postings postings = Postings::automatic;
};

/// A place in a record where the query was found.
struct Hit {
  std::size_t archive = 0;  ///< position in the list of archives
  std::size_t record = 0;   ///< in that archive
  Match match;              ///< its distance in Distance::units()
  double score = 0;         ///< as Distance::score has it
  /// How many hits of that score or a better one chance alone would give in these archives
  /// (chance.hpp); negative: not asked for.
  double evalue = -1;
};

class QueryChance;
class Ranking;

/// Compares every query with every record. In infix mode a record has as many hits as it has places
/// within the limits that do not overlap (Matcher::places); of records that are windows of one file
/// and overlap, a place is told once (file_places.hpp). Nothing is a hit whose score is 0 or
/// less: where nothing of the query is found, or with soft costs nothing that chance would not
/// explain. Hits are ordered by score, best first; equal scores by key in byte order, then by
/// archive, record and place. The result does not depend on the number of threads.
class Searcher {
 public:
  /// Archives and pool must outlive the searcher.
  Searcher(Span<const archive::Archive> archives, ThreadPool& pool);

  /// The hits of each query. A query without tokens has none: it says nothing to look for.
  /// `chances`: of each query in these archives (Chance::of), where E-values are wanted.
  std::vector<std::vector<Hit>> search(Span<const tokens::Record> queries,
                                       const SearchConfig& config,
                                       Span<const QueryChance> chances = {}) const;

  /// How many queries to hand to one `search`: enough to spread the cost of unpacking records, few
  /// enough that the candidates fit into memory when every record is a hit.
  std::size_t batch_size(const SearchConfig& config) const;

 private:
  /// Without E-values.
  std::vector<std::vector<Hit>> find(Span<const tokens::Record> queries,
                                     const SearchConfig& config) const;
  /// The best regions of each query by postings where these are enough, else as `scan`.
  std::vector<Ranking> find_regions(Span<const tokens::Record> queries,
                                    const SearchConfig& config) const;
  /// By comparing with every record.
  std::vector<Ranking> scan(const std::vector<const tokens::Record*>& queries,
                            const SearchConfig& config) const;
  std::vector<Hit> locate(Ranking& regions) const;

  Span<const archive::Archive> archives_;
  ThreadPool& pool_;
  RecordTiles tiles_;
};

/// Tells the hits of a query their E-values; those above `config.max_evalue` go.
void set_evalues(const QueryChance& chance, const SearchConfig& config, std::vector<Hit>& hits);

/// Seconds within the recording that a record stands for.
struct TimeSpan {
  double start_s;
  double end_s;
};

/// When tokens of a record begin, in seconds of what it stands for, by their starts, else estimated
/// as if all were equally long.
class TokenTimes {
 public:
  TokenTimes(std::vector<std::uint32_t> starts_ms, std::size_t tokens, double seconds)
      : starts_ms_(std::move(starts_ms)), tokens_(tokens), seconds_(seconds) {}
  TokenTimes(const archive::Archive& archive, std::size_t record);

  /// Of the position behind the last token, when the recording ends. Nothing when the record does
  /// not tell how long it is.
  std::optional<double> operator[](std::size_t position) const {
    if (position < starts_ms_.size()) return starts_ms_[position] / 1000.0;
    if (seconds_ < 0) return std::nullopt;
    return seconds_ * static_cast<double>(position) / static_cast<double>(tokens_);
  }

 private:
  std::vector<std::uint32_t> starts_ms_;
  std::size_t tokens_;
  double seconds_;
};

/// When the match of a hit is heard: by the archived starts of its tokens, else estimated as if all
/// tokens were equally long; in global mode the whole recording. Nothing when the record does not
/// tell how long it is.
std::optional<TimeSpan> time_of(const archive::Archive& archive, const Hit& hit, Mode mode);

}  // namespace pairalign::search

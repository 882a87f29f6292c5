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
#include "tokens/record.hpp"

namespace pairalign::search {

using align::Match;
using align::Mode;
using tokens::Token;

/// Whether postings are used to avoid comparing every record; the hits are the same.
enum class Postings {
  automatic,
  always,  ///< whatever the cost: for tests
  never,
};

struct SearchConfig {
  Mode mode = Mode::infix;
  std::size_t k = 10;                       ///< hits per query; 0: all
  std::size_t places = 0;                   ///< at most this many of them per record; 0: any
  std::optional<std::size_t> max_distance;  ///< edits, or with soft costs bits
  double min_score = 0;                     ///< places with a lower score are not hits
  bool exclude_self = false;                ///< no hits in records whose key is the query's
  const align::Distance* distance = &align::kUnitCost;  ///< must outlive the search
  /// Places with a higher E-value are not hits; needs the queries' QueryChance.
  std::optional<double> max_evalue{};
  Postings postings = Postings::automatic;
};

/// A place in a record where the query was found.
struct Hit {
  std::size_t archive = 0;  ///< position in the list of archives
  std::size_t record = 0;   ///< in that archive
  Match match;              ///< its distance in Distance::units()
  double score = 0;         ///< see Distance::score
  /// The number of hits with this score or a better one expected by chance in these archives
  /// (chance.hpp); negative: not computed.
  double evalue = -1;
};

class QueryChance;

/// Compares every query with every record. In infix mode a record has one hit for each of its
/// non-overlapping places within the limits (Matcher::places); if records are overlapping windows
/// of one file, a place is reported once. A place with a score of 0 or less is
/// never a hit: nothing of the query is found there or, with soft costs, nothing that chance would
/// not explain. Hits are ordered by score, best first; ties by key in byte order, then by archive,
/// record and place. The result does not depend on the number of threads.
class Searcher {
 public:
  /// Archives and pool must outlive the searcher.
  Searcher(Span<const archive::Archive> archives, ThreadPool& pool)
      : archives_(archives), pool_(pool) {}

  /// The hits of each query; a query without tokens has none. `chances`: of each query in these
  /// archives (Chance::of), if E-values are wanted.
  std::vector<std::vector<Hit>> search(Span<const tokens::Record> queries,
                                       const SearchConfig& config,
                                       Span<const QueryChance> chances = {}) const;

  /// How many queries to pass to one `search`: enough to spread the cost of unpacking records, few
  /// enough that the candidates fit into memory when every record is a hit.
  std::size_t batch_size(const SearchConfig& config) const;

 private:
  Span<const archive::Archive> archives_;
  ThreadPool& pool_;
};

/// Sets the E-values of a query's hits and removes those above `config.max_evalue`.
void set_evalues(const QueryChance& chance, const SearchConfig& config, std::vector<Hit>& hits);

/// Seconds within the recording that a record stands for.
struct TimeSpan {
  double start_s;
  double end_s;
};

/// When the tokens of a record begin, in seconds from the start of its audio: from their starts if
/// there are any, else estimated as if all tokens were equally long.
class TokenTimes {
 public:
  TokenTimes(std::vector<std::uint32_t> starts_ms, std::size_t tokens, double seconds)
      : starts_ms_(std::move(starts_ms)), tokens_(tokens), seconds_(seconds) {}
  TokenTimes(const archive::Archive& archive, std::size_t record);

  /// The position after the last token is the end of the recording. nullopt if the duration is
  /// needed but not known.
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

/// When the match of a hit is heard: from the archived starts of its tokens if there are any, else
/// estimated as if all tokens were equally long; in global mode, the whole recording. nullopt if
/// the duration is needed but not known.
std::optional<TimeSpan> time_of(const archive::Archive& archive, const Hit& hit, Mode mode);

}  // namespace pairalign::search

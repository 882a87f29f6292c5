// Near-duplicates: pairs of similar places within an archive or between archives.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "align/unit_cost.hpp"
#include "archive/archive.hpp"
#include "base/span.hpp"
#include "base/thread_pool.hpp"
#include "search/chance.hpp"
#include "search/searcher.hpp"

namespace pairalign::search {

/// A search with records as queries, in infix mode for the shorter one within the longer one, with
/// default limits of its own. Its E-values are those of searching for the first side alone.
struct DuplicatesConfig : SearchConfig {
  DuplicatesConfig() {
    mode = Mode::global;
    k = 0;
    min_score = 0.8;
  }
  /// In infix mode, the queries are windows of this many tokens, with a hop of half a window, of
  /// the first archive's records; 0: these records as wholes.
  std::size_t window = 0;
  /// For the archives searched, if E-values are wanted; must outlive the search.
  const Chance* chance = nullptr;
  std::size_t min_tokens = 0;  ///< of either side; in window mode, of what was joined
  double min_seconds = 0;      ///< likewise, where it is known
  /// Least information of either side: the entropy of its token frequencies times the number of
  /// tokens, and that entropy alone. Silence, hum and a repeated token carry little.
  double min_bits = 12;
  double min_bits_per_token = 2;
};

/// One side of a pair: tokens [begin, end) of a record.
struct DuplicateSide {
  std::size_t archive;  ///< position in the list of archives
  std::size_t record;
  std::size_t begin;
  std::size_t end;
};

struct DuplicatePair {
  DuplicateSide sides[2];
  std::size_t distance;
  double score;
  double evalue;  ///< as Hit::evalue
};

/// Numbers of records, or of windows, that were not searched for.
struct DuplicatesSkipped {
  std::size_t too_short = 0;  ///< windows of a record that is
  std::size_t uninformative = 0;
};

/// The number of tokens times the entropy of their relative frequencies, in bits.
double information(Span<const Token> tokens);

/// Finds exactly the pairs of records with at least the minimum score, each once: with one archive,
/// those within it; with several, those of a record of the first and a record of another. In infix
/// mode the first record of a pair is the one found in the second: the one with fewer tokens or, of
/// two with equally many, the earlier one; between archives, the first archive's; and every place
/// of it in the second makes a pair. Pairs that overlap on both sides, by time where records are
/// windows of one file, become one: the best of them, or in window mode their union. Nothing is
/// paired with anything that it overlaps.
///
/// Each record is looked up among the others by the postings of token pairs, so that the time grows
/// with the number of records times the few that share rare pairs; if it is too short or the
/// minimum score too low for that, or with soft costs, it is compared with all. `take` is called
/// with the pairs of one record after another, in the order of the first archive's records, best
/// first; in infix mode, and where records are parts of files, only when all are found. `progress`
/// is called with the number of these records that are done. Neither depends on the number of
/// threads.
DuplicatesSkipped find_duplicates(Span<const archive::Archive> archives,
                                  const DuplicatesConfig& config, ThreadPool& pool,
                                  const std::function<void(const DuplicatePair&)>& take,
                                  const std::function<void(std::size_t)>& progress);

}  // namespace pairalign::search

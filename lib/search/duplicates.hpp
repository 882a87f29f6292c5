// Pairs of places that say the same, within an archive or between archives.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "align/unit_cost.hpp"
#include "archive/archive.hpp"
#include "base/span.hpp"
#include "base/thread_pool.hpp"
#include "search/chance.hpp"
#include "search/searcher.hpp"

namespace pairalign::search {

/// A search for records, in infix mode for the shorter one within the longer one, with limits of
/// its own. Its E-values are those of looking for the first side alone.
struct DuplicatesConfig : SearchConfig {
  DuplicatesConfig() {
    mode = Mode::global;
    k = 0;
    min_score = 0.8;
  }
  /// Parts of so many tokens, every half of that, of the first archive's records are looked for, in
  /// infix mode; 0: these records as wholes.
  std::size_t window = 0;
  /// Of the archives that are looked into, where E-values are wanted; must outlive the search.
  const Chance* chance = nullptr;
  std::size_t min_tokens = 0;  ///< of either side
  double min_seconds = 0;      ///< of either side, where it is known
  /// Of either side, what its tokens tell if their own shares are all that is known of them: their
  /// entropy, and that times their number. Silence, hum, and one token again and again tell little.
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

/// Records, or windows of them, that were not looked for.
struct DuplicatesSkipped {
  std::size_t too_short = 0;
  std::size_t uninformative = 0;
};

/// The number of tokens times the entropy of their own shares, in bits.
double information(Span<const Token> tokens);

/// All pairs of records with at least that score, exactly and each once: with one archive those
/// within it, with several those of a record of the first one with a record of another. In infix
/// mode the first record is the one found in the second: the one with fewer tokens or, of two with
/// as many, the earlier one; between archives, the first archive's; and every place of it in the
/// second makes a pair. Pairs that overlap on both sides, by time where records are windows of one
/// file, are one: the best of them, or in window mode both of them joined. Nothing is paired with
/// what it overlaps itself.
///
/// Each record is looked up among the others by the postings of token pairs, so that the time grows
/// with the number of records times the few that share rare pairs; records too short for that,
/// scores too low, and soft costs are compared with all. `take` is called with the pairs of one
/// record after the other, in the order of the first archive's records, best first; in infix mode,
/// and where records are parts of files, when all are found. `progress` is called with how many of
/// these records are done. Neither depends on the number of threads.
DuplicatesSkipped find_duplicates(Span<const archive::Archive> archives,
                                  const DuplicatesConfig& config, ThreadPool& pool,
                                  const std::function<void(const DuplicatePair&)>& take,
                                  const std::function<void(std::size_t)>& progress);

}  // namespace pairalign::search

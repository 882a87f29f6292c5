// Records that are nearly the same, within an archive or between archives.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "archive/archive.hpp"
#include "base/span.hpp"
#include "base/thread_pool.hpp"
#include "search/searcher.hpp"

namespace pairalign::search {

struct DuplicatesConfig {
  /// global: records as wholes. infix: the shorter one within the longer one.
  Mode mode = Mode::global;
  /// 1 − distance / length, of the longer record or, in infix mode, of the shorter one; above 0.
  double min_score = 0.8;
  Postings postings = Postings::where_cheaper;
};

struct DuplicatePair {
  /// Position in the list of archives, and record: of the first record, and of the second one.
  std::size_t archives[2];
  std::size_t records[2];
  std::size_t distance;
  double score;
};

/// All pairs of records with at least that score, exactly and each once: with one archive those
/// within it, with several those of a record of the first one with a record of another. In infix
/// mode the first record is the one found in the second: the one with fewer tokens or, of two with
/// as many, the earlier one; between archives, the first archive's. Records without tokens are like
/// no other.
///
/// Each record is looked up among the others by the postings of token pairs, so that the time grows
/// with the number of records times the few that share rare pairs; records too short for that, and
/// scores too low, are compared with all. `take` is called with the pairs of one record after the
/// other, in the order of the first archive's records, best first; `progress` with how many of
/// these records are done. Neither depends on the number of threads.
void find_duplicates(Span<const archive::Archive> archives, const DuplicatesConfig& config,
                     ThreadPool& pool, const std::function<void(const DuplicatePair&)>& take,
                     const std::function<void(std::size_t)>& progress);

}  // namespace pairalign::search

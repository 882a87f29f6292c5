// Comparing queries with records, many at a time. Not part of the public interface.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "align/scan.hpp"
#include "archive/archive.hpp"
#include "base/span.hpp"
#include "base/thread_pool.hpp"
#include "search/ranking.hpp"
#include "tokens/record.hpp"

namespace pairalign::search {

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

}  // namespace pairalign::search

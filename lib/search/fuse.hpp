// Queries with several renderings: recordings of a word by several people, or one recording under
// several warps (pa-tokenize --renderings). A record is scored by all of them together.
//
// Scores are fused in the log domain, 8 · log2 mean 2^(bits / 8), between the mean, which a single
// bad rendering spoils, and the maximum, which accumulates the chance hits of all. MAP of words by
// other speakers: .155; mean .153, maximum .145, one rendering .129.
#pragma once

#include <vector>

#include "align/distance.hpp"
#include "base/span.hpp"
#include "base/thread_pool.hpp"
#include "search/searcher.hpp"
#include "tokens/record.hpp"

namespace pairalign::search {

class QueryChance;

/// Fuses the scores of several renderings.
class Fuse {
 public:
  /// No rendering may be empty. An edit counts as 4 bits.
  Fuse(const align::Distance& distance, align::Mode mode, align::Strings renderings);

  /// One score per rendering. The result is never above the highest of them, nor below their mean.
  double operator()(Span<const double> scores) const;

 private:
  double scale_;
};

/// The hits of a query, best first. Every record is compared. The place of a hit, and its distance,
/// are those of the rendering that fits best; a record, or a file cut into windows, has at most one
/// hit. Renderings without tokens are ignored. `config` as for Searcher::search, except for
/// postings and places; `chance`: of these renderings in these archives if E-values are wanted,
/// else null.
std::vector<Hit> search_fused(Span<const archive::Archive> archives, ThreadPool& pool,
                              Span<const tokens::Record> renderings, const SearchConfig& config,
                              const QueryChance* chance);

}  // namespace pairalign::search

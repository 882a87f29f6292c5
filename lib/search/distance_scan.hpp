// Edit distances of many pairs of strings at once, in the lanes of wide registers.
//
// The recurrence is that of edit_distance.hpp; here each lane of a register runs one of its own: a
// query in each against the same document where there are many queries, else a document in each
// against the same query. A long document is cut into pieces that overlap by as much as a match
// can span. The instructions are chosen at run time; the results do not depend on them.
//
// Measured on one core of a Zen 4, queries of 38 tokens: 1.8 G tokens/s for one query and 3.1 G for
// each 16 together, 1.0 and 2.4 G where documents have 51 tokens; AVX2 two thirds of it.
// edit_distance.hpp does 0.3 G.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/span.hpp"
#include "search/edit_distance.hpp"
#include "search/simd_level.hpp"

namespace pairalign::search {

/// A pair of strings that are near enough.
struct NearPair {
  std::size_t query;     ///< position in the list of queries
  std::size_t document;  ///< position in the list of documents
  std::size_t distance;  ///< as find_match_end says, exactly
  /// Where the match lies. In infix mode find_match_end finds in tokens [begin, end) of the
  /// document the same distance and the same place as in all of it, but sooner.
  std::size_t begin;
  std::size_t end;
};

/// Queries made ready for many documents. Const after construction and safe to share between
/// threads.
class DistanceScan {
 public:
  /// The largest distance of `query` to a document of `document_tokens` that is still wanted.
  /// Empty: none is. In infix mode it is asked for once for each query, with 0 tokens.
  using Bound =
      std::function<std::optional<std::size_t>(std::size_t query, std::size_t document_tokens)>;

  /// The queries' tokens must outlive it. Throws nothing for empty queries: they are scanned too.
  DistanceScan(Span<const Span<const Token>> queries, Mode mode,
               SimdLevel level = best_simd_level());
  ~DistanceScan();
  DistanceScan(DistanceScan&&) noexcept;
  DistanceScan& operator=(DistanceScan&&) noexcept;

  /// Appends each pair whose distance is within its bound, in no particular order. Call it with
  /// some ten thousand tokens at a time to let bounds tighten; with at least 16 documents, unless
  /// they are long, to fill the lanes.
  void find(Span<const Span<const Token>> documents, const Bound& bound,
            std::vector<NearPair>& found) const;

 private:
  struct Impl;
  std::unique_ptr<const Impl> impl_;
};

}  // namespace pairalign::search

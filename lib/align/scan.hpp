// Distances of many pairs of strings at once, in the lanes of wide registers.
//
// Each lane of a register runs a matrix of its own: a query in each against the same document where
// there are many queries, else a document in each against the same query. A long document is cut
// into pieces that overlap by as much as a match can span. The instructions are chosen at run time;
// the results do not depend on them.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "align/distance.hpp"

namespace pairalign::align {

/// A part of a document in which a query is near enough.
struct Region {
  std::size_t query;     ///< position in the list of queries
  std::size_t document;  ///< position in the list of documents
  std::size_t distance;  ///< the least in it, exactly
  std::size_t begin;     ///< tokens [begin, end) of the document
  std::size_t end;
};

/// Queries made ready for many documents. Const after construction and safe to share between
/// threads.
class Scan {
 public:
  /// The largest distance of `query` to a document of `document_tokens` that is still wanted.
  /// Empty: none is. In infix mode it is asked for once for each query, with 0 tokens.
  using Bound =
      std::function<std::optional<std::size_t>(std::size_t query, std::size_t document_tokens)>;

  /// The distance and the queries' tokens must outlive it. Throws nothing for empty queries: they
  /// are scanned too.
  Scan(const Distance& distance, Strings queries, Mode mode, SimdLevel level = best_simd_level());
  ~Scan();
  Scan(Scan&&) noexcept;
  Scan& operator=(Scan&&) noexcept;

  /// Appends the regions that hold all matches within the bound: for each query those of a document
  /// one after the other, as they lie in it. Each overlaps only its neighbours, which may hold the
  /// same match; no match touches two regions between which another lies. In global mode a document
  /// is a region. Call it with some ten thousand tokens at a time to let bounds tighten; with at least
  /// 32 documents, unless they are long, to fill the lanes.
  void find(Strings documents, const Bound& bound, std::vector<Region>& found) const;

 private:
  struct Impl;
  std::unique_ptr<const Impl> impl_;
};

}  // namespace pairalign::align

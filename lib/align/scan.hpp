// Distances of many pairs of strings at once, in SIMD lanes.
//
// Each lane runs a matrix of its own: with many queries, a query in each lane against the same
// document; otherwise a document in each lane against the same query. A long document is cut into
// pieces that overlap by as much as a match can span. The instruction set is chosen at run time and
// does not affect the results.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "align/distance.hpp"

namespace pairalign::align {

/// A part of a document that holds a match within the bound.
struct Region {
  std::size_t query;     ///< position in the list of queries
  std::size_t document;  ///< position in the list of documents
  std::size_t distance;  ///< the least in it, exact
  std::size_t begin;     ///< tokens [begin, end) of the document
  std::size_t end;
};

/// Queries prepared for comparison with many documents. Const after construction and safe to share
/// between threads.
class Scan {
 public:
  /// The largest distance of `query` to a document of `document_tokens` that is still wanted.
  /// Empty: none is. In infix mode it is called per query, with 0 tokens.
  using Bound =
      std::function<std::optional<std::size_t>(std::size_t query, std::size_t document_tokens)>;

  /// The distance and the queries' tokens must outlive it. Empty queries are allowed, and scanned
  /// too.
  Scan(const Distance& distance, Strings queries, Mode mode, SimdLevel level = best_simd_level());

  /// Appends regions that together hold all matches within the bound; for each query, those of a
  /// document come one after another, in document order. A region overlaps only its neighbours,
  /// which may hold the same match; no match touches two regions that have another between them. In
  /// global mode each document is one region. Pass tens of thousands of tokens at a time, so that
  /// bounds can tighten, and at least 32 documents, unless they are long, to fill the lanes.
  void find(Strings documents, const Bound& bound, std::vector<Region>& found) const;

  /// The nearest region of each query in each document, whatever its distance: (documents,
  /// queries).
  std::vector<Region> nearest(Strings documents) const;

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

}  // namespace pairalign::align

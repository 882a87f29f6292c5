// Soft alignment of many pairs of strings at once, in the lanes of wide registers.
//
// A lane runs a matrix of its own, so that cells need no reordering against the dependencies within
// a column: one of as many queries as fill the lanes, all against the same document, else one of
// many documents against the same query. Cells have 16 bits where no score can overflow them, else
// 32. Long documents are cut into pieces that overlap by as much as an alignment can span.
//
// Measured on one core of a Zen 4, queries of 38 tokens: 0.28 G tokens/s for one query, 0.5 G for
// each 32 together.
//
// Every document is compared: there is no index for soft costs. Tried on the development set (1,240
// recordings; fragments, words of other speakers), against the score of the tenth best hit:
//   - an exact bound by matching tokens, as unit costs have one: no query needs a single token to
//     match exactly, so well do others stand for it;
//   - an exact bound by what any tokens of a window could score, in whatever order: 69 % and 46 %
//     of all windows pass;
//   - not exact, the best 100 by unit costs alone: MRR of fragments .951 to .943, MAP of words .128
//     to .114; the best 400, nearly a third of all: .947, .127.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "base/span.hpp"
#include "search/edit_distance.hpp"
#include "search/soft_alignment.hpp"

namespace pairalign::search {

/// How well a query fits a document.
struct SoftPair {
  std::size_t query;     ///< position in the list of queries
  std::size_t document;  ///< position in the list of documents
  int score;             ///< of the best alignment: `align(...).score`
  /// In infix mode `align` finds in tokens [begin, end) of the document the same score at the same
  /// place as in all of it, but sooner.
  std::size_t begin;
  std::size_t end;
};

/// Queries made ready for many documents. Const after construction and safe to share between
/// threads.
class SoftScan {
 public:
  using Visit = std::function<void(const SoftPair&)>;

  /// The queries' tokens and the cost must outlive it.
  SoftScan(Span<const Span<const Token>> queries, const SoftCost& cost, Mode mode);
  ~SoftScan();
  SoftScan(SoftScan&&) noexcept;
  SoftScan& operator=(SoftScan&&) noexcept;

  /// Scores every query with every document, in no particular order. Fastest with at least 32
  /// documents, unless they are long.
  void score(Span<const Span<const Token>> documents, const Visit& visit) const;

 private:
  struct Impl;
  std::unique_ptr<const Impl> impl_;
};

}  // namespace pairalign::search

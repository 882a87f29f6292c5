// Where in a segment a query can match at all, according to the postings of token pairs.
//
// Let an alignment of m query tokens with a span of L document tokens have d edits. Each of its
// columns is an edit or a match, so it has at least max(m, L) − d matches. Between consecutive
// matches there is one gap fewer, and at most d of these gaps hold edits. Where a gap holds none,
// two adjacent query tokens are adjacent in the document. So the blocks of the span hold at least
//     max(m, L) − 1 − 2d
// pairs of the query (the q-gram lemma of Jokinen and Ukkonen 1991, with the span's length), and x
// fewer if x of the query's pairs are not looked up at all. For each block, the query pairs whose
// lists name it are counted; spans whose blocks sum to less cannot match (counting filters:
// Navarro, "A guided tour to approximate string matching", ACM Computing Surveys 33, 2001). Which
// pairs to look up is decided by the cost of reading their lists and by what is likely to pass by
// chance. No match within the bound is ever lost.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "align/distance.hpp"
#include "archive/pair_index.hpp"
#include "base/span.hpp"
#include "search/window_counts.hpp"

namespace pairalign::search {

using align::Mode;
using tokens::Token;

/// The largest distance still wanted of a match whose distance is divided by `length`; empty: none.
using DistanceBound = std::function<std::optional<std::size_t>(std::size_t length)>;

/// What to look up in the postings of a segment, and how.
class PairLookup {
 public:
  /// Where matches within the bound can begin, among blocks [within.first, within.last), in
  /// ascending order. nullopt: it would cost more than a scan of all tokens.
  std::optional<std::vector<BlockRange>> find(const BlockRange& within) const;

 private:
  friend class PairFilter;
  std::vector<PairBlocks> lists_;
  WindowNeeds needs_;
  bool sorted_ = false;  // entries are to be sorted, not added up
  std::size_t longest_match_ = 0;
  double max_tokens_ = 1;
};

/// For one query and one bound; const after construction, and safe to share between threads.
class PairFilter {
 public:
  /// A distance is divided by m in infix mode, by max(m, L) in global mode. The query must outlive
  /// the filter.
  PairFilter(Span<const Token> query, Mode mode, const DistanceBound& bound);

  /// From now on `prepare` uses the postings wherever possible, whatever the cost.
  void set_always() { always_ = true; }

  /// The most document tokens that a match within the bound can have.
  std::size_t longest_match() const { return longest_match_; }

  /// How to find where matches within the bound can begin. nullopt: the postings do not tell, would
  /// cost more than a scan of all tokens, or are damaged.
  std::optional<PairLookup> prepare(const archive::PairIndex& index) const;

 private:
  struct Plan {
    std::size_t pairs = 0;  // number looked up, those with the shortest lists first
    bool sorted = false;    // entries are to be sorted, not added up
    double cost = 0;        // in ns
  };
  struct Pair {
    std::uint32_t bucket;
    std::size_t list_bytes;
  };

  void set_needs(const DistanceBound& bound);
  std::vector<Pair> pairs_by_size(const archive::PairIndex& index) const;
  Plan best_plan(const archive::PairIndex& index, const std::vector<Pair>& pairs) const;
  double chance_cost(const archive::PairIndex& index, double postings, const Plan& plan) const;
  WindowNeeds window_needs(const Plan& plan) const;

  Span<const Token> query_;
  Mode mode_;
  bool possible_ = false;
  bool always_ = false;
  std::size_t longest_match_ = 0;
  std::size_t first_width_ = 0;  // blocks that a match of up to m tokens may lie in
  // By width − first_width_: the least number of pairs of a match that needs that many blocks.
  std::vector<std::ptrdiff_t> needs_;
};

}  // namespace pairalign::search

// Where in a segment a query can match at all, told by the postings of token pairs.
//
// Let an alignment of m query tokens with a span of L document tokens have d edits. Each of its
// columns is an edit or a match, so it has at least max(m, L) − d matches, one gap less from a
// match to the next, and at most d gaps that hold edits. Where there are none, two neighbours of
// the query are neighbours in the document. So the blocks of the span hold at least
//     max(m, L) − 1 − 2d
// pairs of the query (the q-gram lemma of Jokinen and Ukkonen 1991, with the span's length), and
// x less when x of the query's pairs are not looked up at all. Blocks are counted by the query
// pairs in their lists; spans whose blocks sum up to less cannot match (counting filters:
// Navarro, "A guided tour to approximate string matching", ACM Computing Surveys 33, 2001). Which
// pairs are looked up is chosen by what the lists cost to read and what is likely to pass by
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

/// What to look for in the postings of a segment, and how.
class PairLookup {
 public:
  /// Where matches within the bound can begin, among blocks [within.first, within.last), in
  /// ascending order. Nothing: at a higher price than a scan of all tokens.
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

  /// From now on `prepare` tells whatever the postings can, at any price.
  void set_always() { always_ = true; }

  /// No match within the bound has more document tokens.
  std::size_t longest_match() const { return longest_match_; }

  /// How to find where matches within the bound can begin. Nothing: the postings do not tell, or at
  /// a higher price than a scan of all tokens, or are damaged.
  std::optional<PairLookup> prepare(const archive::PairIndex& index) const;

 private:
  struct Plan {
    std::size_t pairs = 0;  // that are looked up, those with the shortest lists first
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
  // By width − first_width_: the pairs that a match has which needs so many blocks.
  std::vector<std::ptrdiff_t> needs_;
};

}  // namespace pairalign::search

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

/// Where matches within the bound can begin, in ascending order, and the most document tokens that
/// they can have.
struct PairMatches {
  std::vector<BlockRange> ranges;
  std::size_t longest_match = 0;
};

/// Looks among the blocks in `within`, or in all. nullopt: the postings do not tell, would cost
/// more than a scan of all tokens, or are damaged. A distance is divided by m in infix mode, by
/// max(m, L) in global mode. `always`: use the postings wherever possible, whatever the cost.
std::optional<PairMatches> find_by_pairs(const archive::PairIndex& index, const BlockRange& within,
                                         Span<const Token> query, Mode mode,
                                         const DistanceBound& bound, bool always);

}  // namespace pairalign::search

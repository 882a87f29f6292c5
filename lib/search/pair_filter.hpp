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
#include "tokens/record.hpp"

namespace pairalign::search {

using align::Mode;
using tokens::Token;

/// Blocks [first, last) of a segment: a match may begin in any of them.
struct BlockRange {
  std::size_t first;
  std::size_t last;
};

/// The blocks that hold pairs of one bucket, and how many pairs of the query are in this bucket.
struct PairBlocks {
  archive::PairList list;
  std::uint32_t pairs;
};

/// What a window must hold to pass: if it has `first_width + i` blocks, at least `needed[i]` pairs.
struct WindowNeeds {
  std::size_t first_width = 0;
  std::vector<std::uint8_t> needed;  // 1 to 255
};

/// Both functions return where passing windows begin, in ascending order, with equal results.
/// This one adds up counts for all blocks: best where many blocks have entries. Finds windows that
/// begin in `within`. Gives up as soon as more than the fraction `max_tokens` of the tokens there
/// would have to be compared, counting `longest_match` for each range and the tokens of its blocks;
/// 1 allows any number.
std::optional<std::vector<BlockRange>> add_up_windows(std::vector<PairBlocks> lists,
                                                      const WindowNeeds& needs,
                                                      const BlockRange& within,
                                                      std::size_t longest_match, double max_tokens);
/// This one sorts the entries: best where few blocks have any.
std::vector<BlockRange> sort_windows(std::vector<PairBlocks> lists, const WindowNeeds& needs);

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

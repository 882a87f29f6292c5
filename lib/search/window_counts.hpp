// Windows of blocks in which the lists of a query's pairs have enough entries. Not part of the
// public interface.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "archive/pair_index.hpp"

namespace pairalign::search {

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

}  // namespace pairalign::search

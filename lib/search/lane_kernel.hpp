// The inner loops of DistanceScan: Myers' recurrence in each lane of wide registers. Not part of
// the library's face.
//
// A query of m tokens takes ⌈m / bits⌉ blocks of rows, a word of `bits` for each, in every lane.
// Its last row is the top bit of the last block; the first block is filled up in front with rows
// whose cells equal the row above the matrix, so that queries of several lengths can stand side by
// side. A kernel runs one block over some columns: down the blocks passes, for each column, the
// horizontal difference of the row between them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "search/simd_level.hpp"

namespace pairalign::search {

/// Columns of one run at most.
constexpr std::size_t kLaneColumns = 256;
/// Row numbers behind the last column of a lane that are read, though not used.
constexpr std::size_t kLaneAhead = 8;
/// From the row numbers of one lane to those of the next.
constexpr std::size_t kLaneStride = kLaneColumns + kLaneAhead;

/// Stands for a token; see TokenRows.
using RowNumber = std::uint16_t;

/// One block of rows and some columns of the matrix in each lane.
template <class Word>
struct LaneRun {
  std::size_t columns;  ///< at most kLaneColumns
  /// Shared text: (rows, lanes), bit vectors of equal tokens by row number. Own text: (rows).
  const Word* masks;
  /// Row numbers of the columns' tokens. Shared text: (columns). Own text: (lanes, kLaneStride).
  const RowNumber* rows;
  /// (lanes): vertical differences D[i] − D[i − 1] that are 1 and −1, before the first column and,
  /// in the end, of the last.
  Word* plus;
  Word* minus;
  /// (columns, lanes): 1 where the horizontal difference of the row above the block is 1, and is
  /// −1. Replaced by those of the block's last row.
  Word* carry_plus;
  Word* carry_minus;
  /// (lanes): the cell in the last row of the last column, and the lowest of the last row so far.
  Word* value;
  Word* lowest;
};

template <class Word>
using LaneFunction = void (*)(const LaneRun<Word>&);

/// How a block relates to those around it, which decides what of LaneRun is used.
enum BlockPlace {
  kSingleBlock,  ///< no carry in: 0, as in infix mode; looks for the lowest cell of the last row
  kFirstBlock,   ///< no carry in; carries out
  kMiddleBlock,  ///< carries in and out
  kLastBlock,    ///< carries in; looks for the lowest cell of the last row
  kBlockPlaces
};

template <class Word>
struct LaneKernel {
  std::size_t lanes;
  /// Queries from which on shared text is faster than own text, one query after the other.
  std::size_t shared_from;
  /// All lanes read one text, each with a query of its own.
  LaneFunction<Word> shared_text[kBlockPlaces];
  /// Each lane reads a text of its own, all with the same query.
  LaneFunction<Word> own_text[kBlockPlaces];
};

#ifdef PAIRALIGN_X86_LANES
namespace avx2 {
extern const LaneKernel<std::uint32_t> kernel32;
extern const LaneKernel<std::uint64_t> kernel64;
}  // namespace avx2
namespace avx512 {
extern const LaneKernel<std::uint32_t> kernel32;
extern const LaneKernel<std::uint64_t> kernel64;
}  // namespace avx512
#endif

/// Null for a level without lanes.
template <class Word>
const LaneKernel<Word>* lane_kernel(SimdLevel level);
template <>
const LaneKernel<std::uint32_t>* lane_kernel(SimdLevel level);
template <>
const LaneKernel<std::uint64_t>* lane_kernel(SimdLevel level);

}  // namespace pairalign::search

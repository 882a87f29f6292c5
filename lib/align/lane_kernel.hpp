// The inner loops of the SIMD lanes, for each instruction set. Not part of the public interface.
//
// One source, lane_kernels.inc, uses the vector extensions of GCC and Clang and is compiled once
// per instruction set; `kernels` selects the version for a given one.
#pragma once

#include <cstddef>
#include <cstdint>

#include "align/simd_level.hpp"

namespace pairalign::align {

// Unit costs: Myers' recurrence in each lane.
//
// A query of m tokens takes ⌈m / bits⌉ blocks of rows in its lane, a word of `bits` for each. Its
// last row is the top bit of the last block; the first block is padded at the top with rows whose
// cells equal the row above the matrix, so that queries of different lengths can run side by side.
// A kernel runs one block over some columns; for each column, a block passes the horizontal
// difference of its last row down to the next block.

/// Maximum number of columns in one run.
constexpr std::size_t kLaneColumns = 256;
/// Row numbers past the last column of a lane that are read but not used.
constexpr std::size_t kLaneAhead = 8;
/// Stride from the row numbers of one lane to those of the next.
constexpr std::size_t kLaneStride = kLaneColumns + kLaneAhead;

/// Stands for a token; see TokenRows.
using RowNumber = std::uint16_t;

/// One block of rows and some columns of the matrix in each lane.
template <class Word>
struct UnitColumns {
  std::size_t columns;  ///< at most kLaneColumns
  /// Shared text: (rows, lanes), bit vectors of equal tokens by row number. Own text: (rows).
  const Word* masks;
  /// Row numbers of the columns' tokens. Shared text: (columns). Own text: (lanes, kLaneStride).
  const RowNumber* rows;
  /// (lanes): bit vectors of the vertical differences D[i] − D[i − 1] that are 1 and −1: on entry
  /// those before the first column, on return those of the last.
  Word* plus;
  Word* minus;
  /// (columns, lanes): 1 where the horizontal difference of the row above the block is 1, and where
  /// it is −1. Replaced by those of the block's last row.
  Word* carry_plus;
  Word* carry_minus;
  /// (lanes): the cell in the last row of the last column, and the lowest of the last row so far.
  Word* value;
  Word* lowest;
};

template <class Word>
using UnitFunction = void (*)(const UnitColumns<Word>&);

/// The position of a block among the others, which decides which fields of UnitColumns are used.
enum BlockPlace {
  kSingleBlock,  ///< no carry in (0, as in infix mode); tracks the lowest cell of the last row
  kFirstBlock,   ///< no carry in; carries out
  kMiddleBlock,  ///< carries in and out
  kLastBlock,    ///< carries in; tracks the lowest cell of the last row
  kBlockPlaces
};

template <class Word>
struct UnitKernel {
  std::size_t lanes;
  /// From this many queries on, shared text is faster than own text, one query after another.
  std::size_t shared_from;
  /// All lanes read one text, each with a query of its own.
  UnitFunction<Word> shared_text[kBlockPlaces];
  /// Each lane reads a text of its own, all with the same query.
  UnitFunction<Word> own_text[kBlockPlaces];
};

// Soft costs: cell by cell, down the columns. Gap costs are those of SoftCost.

constexpr std::size_t kSoftLanes = 32;
/// Rows of scores are stored in multiples of this where lanes read texts of their own.
constexpr std::size_t kSoftRowStep = 16;

/// Some columns of the matrices. Cell is std::int16_t or std::int32_t.
template <class Cell>
struct SoftColumns {
  std::size_t rows;
  std::size_t columns;
  int gap;
  /// In parts, (rows, lanes): what it costs to pair a row with the same token as the row above.
  const std::int8_t* joins;
  /// Scores of query tokens by document token. Shared text: (tokens, rows, lanes). Own texts:
  /// (tokens, rows rounded up to kSoftRowStep).
  const std::int8_t* scores;
  /// Document tokens as in `scores`. Shared text: (columns). Own texts: (columns, lanes).
  const std::uint32_t* tokens;
  /// Own texts, (columns, lanes): by how much the row above the matrix falls in each column. Null:
  /// by `top_step` in all.
  const Cell* top_steps;
  Cell top_step;
  Cell* top;     ///< (lanes): the row above the matrix, before these columns; on return, after them
  Cell* column;  ///< (rows, lanes): the same for the rows of the matrix
  Cell* best;    ///< (lanes): the highest cell of the last row so far
};

template <class Cell>
struct SoftKernel {
  void (*shared_text)(const SoftColumns<Cell>&);
  void (*own_text)(const SoftColumns<Cell>&);
};

struct Kernels {
  UnitKernel<std::uint32_t> unit32;
  UnitKernel<std::uint64_t> unit64;
  SoftKernel<std::int16_t> soft16[2];  ///< for queries that are not in parts, and that are
  SoftKernel<std::int32_t> soft32[2];
};

/// Null for SimdLevel::scalar.
const Kernels* kernels(SimdLevel level);

}  // namespace pairalign::align

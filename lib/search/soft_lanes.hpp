// The inner loops of soft alignment: one matrix in each lane of wide registers. Not part of the
// library's face.
#pragma once

#include <cstddef>
#include <cstdint>

#include "search/soft_alignment.hpp"

namespace pairalign::search {

/// Lanes: one for each query with a text that all share, or for each text with one query.
constexpr std::size_t kSoftLanes = 32;
/// Rows of scores are stored in multiples of this where lanes read texts of their own.
constexpr std::size_t kSoftRowStep = 16;

/// Some columns of the matrices. Cell is std::int16_t or std::int32_t.
template <class Cell>
struct SoftColumns {
  std::size_t rows;
  std::size_t columns;
  /// Scores of query tokens by document token. Shared text: (tokens, rows, lanes). Own texts:
  /// (tokens, rows rounded up to kSoftRowStep).
  const std::int8_t* scores;
  /// Document tokens as in `scores`. Shared text: (columns). Own texts: (columns, lanes).
  const std::uint32_t* tokens;
  /// Own texts, (columns, lanes): by how much the row above the matrix falls in each column. Null:
  /// by `top_step` in all.
  const Cell* top_steps;
  Cell top_step;
  Cell* top;     ///< (lanes): the row above the matrix, before these columns and then behind them
  Cell* column;  ///< (rows, lanes): the same of the matrix
  Cell* best;    ///< (lanes): the highest cell of the last row so far
};

void run_shared_text(const SoftColumns<std::int16_t>& run);
void run_shared_text(const SoftColumns<std::int32_t>& run);
void run_own_texts(const SoftColumns<std::int16_t>& run);
void run_own_texts(const SoftColumns<std::int32_t>& run);

}  // namespace pairalign::search

#include "search/soft_lanes.hpp"

#include <cstring>

#include "base/multiversion.hpp"

namespace pairalign::search {
namespace {

// Inlined into the functions that are compiled for several instruction sets.
#define PAIRALIGN_INLINE inline __attribute__((always_inline))

constexpr std::size_t kLanes = kSoftLanes;
constexpr int kGap = SoftCost::kGap;

// A cell for each lane, and stored scores. The compiler splits what is wider than registers are.
template <class Cell>
struct Lanes {
  typedef Cell Cells __attribute__((vector_size(kLanes * sizeof(Cell))));
};
using Scores = std::int8_t __attribute__((vector_size(kLanes)));
using HalfScores = std::int8_t __attribute__((vector_size(kLanes / 2)));

// Walks down one column of all lanes.
template <class Cell>
struct Walk {
  using Cells = typename Lanes<Cell>::Cells;
  Cells diagonal;
  Cells above;

  PAIRALIGN_INLINE void step(const Scores& score, Cell* row) {
    Cells left;
    std::memcpy(&left, row, sizeof left);
    const Cells matched = diagonal + __builtin_convertvector(score, Cells);
    const Cells put_in = left - static_cast<Cell>(kGap);
    const Cells left_out = above - static_cast<Cell>(kGap);
    const Cells from_left = matched > put_in ? matched : put_in;
    above = from_left > left_out ? from_left : left_out;
    diagonal = left;
    std::memcpy(row, &above, sizeof above);
  }
};

// `walk_column(j, walk)` takes all steps of a column.
template <class Cell, class WalkColumn>
PAIRALIGN_INLINE void run_columns(const SoftColumns<Cell>& run, WalkColumn walk_column) {
  using Cells = typename Lanes<Cell>::Cells;
  Cells top, best;
  std::memcpy(&top, run.top, sizeof top);
  std::memcpy(&best, run.best, sizeof best);
  for (std::size_t j = 0; j < run.columns; ++j) {
    Walk<Cell> walk{top, top};
    if (run.top_steps != nullptr) {
      Cells steps;
      std::memcpy(&steps, run.top_steps + j * kLanes, sizeof steps);
      top -= steps;
    } else {
      top -= run.top_step;
    }
    walk.above = top;
    walk_column(j, walk);
    best = best > walk.above ? best : walk.above;
  }
  std::memcpy(run.top, &top, sizeof top);
  std::memcpy(run.best, &best, sizeof best);
}

template <class Cell>
PAIRALIGN_INLINE void run_shared(const SoftColumns<Cell>& run) {
  run_columns(
      run, [&](std::size_t j, Walk<Cell> & walk) __attribute__((always_inline)) {
        const std::int8_t* scores = run.scores + run.tokens[j] * run.rows * kLanes;
        for (std::size_t i = 0; i < run.rows; ++i) {
          Scores score;
          std::memcpy(&score, scores + i * kLanes, sizeof score);
          walk.step(score, run.column + i * kLanes);
        }
      });
}

// Interleaves two registers: the first halves of their halves into `low`, the second into `high`.
PAIRALIGN_INLINE void interleave(const Scores& a, const Scores& b, Scores& low, Scores& high) {
  low = __builtin_shufflevector(a, b, 0, 32, 1, 33, 2, 34, 3, 35, 4, 36, 5, 37, 6, 38, 7, 39,  //
                                16, 48, 17, 49, 18, 50, 19, 51, 20, 52, 21, 53, 22, 54, 23, 55);
  high = __builtin_shufflevector(a, b, 8, 40, 9, 41, 10, 42, 11, 43, 12, 44, 13, 45, 14, 46, 15,
                                 47,  //
                                 24, 56, 25, 57, 26, 58, 27, 59, 28, 60, 29, 61, 30, 62, 31, 63);
}

// One of four rounds that together transpose: the first half of the registers is interleaved with
// the second.
PAIRALIGN_INLINE void shuffle_round(const Scores* from, Scores* to) {
  constexpr std::size_t kHalf = kSoftRowStep / 2;
  for (std::size_t k = 0; k < kHalf; ++k)
    interleave(from[k], from[k + kHalf], to[2 * k], to[2 * k + 1]);
}

// From kSoftRowStep scores of each lane to those of all lanes, row by row; as in SWIPE (Rognes
// 2011). A register holds those of lane k and of lane k + kSoftRowStep.
PAIRALIGN_INLINE void transpose(const std::int8_t* const* lanes, std::size_t at, Scores* rows) {
  for (std::size_t k = 0; k < kSoftRowStep; ++k) {
    HalfScores low, high;
    std::memcpy(&low, lanes[k] + at, sizeof low);
    std::memcpy(&high, lanes[k + kSoftRowStep] + at, sizeof high);
    rows[k] =
        __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
                                17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31);
  }
  Scores other[kSoftRowStep];
  shuffle_round(rows, other);
  shuffle_round(other, rows);
  shuffle_round(rows, other);
  shuffle_round(other, rows);
}

template <class Cell>
PAIRALIGN_INLINE void run_own(const SoftColumns<Cell>& run) {
  static_assert(kLanes == 2 * kSoftRowStep, "see transpose");
  const std::size_t stored = (run.rows + kSoftRowStep - 1) / kSoftRowStep * kSoftRowStep;
  run_columns(
      run, [&](std::size_t j, Walk<Cell> & walk) __attribute__((always_inline)) {
        const std::int8_t* lanes[kLanes];
        for (std::size_t lane = 0; lane < kLanes; ++lane)
          lanes[lane] = run.scores + run.tokens[j * kLanes + lane] * stored;
        for (std::size_t first = 0; first < run.rows; first += kSoftRowStep) {
          Scores rows[kSoftRowStep];
          transpose(lanes, first, rows);
          const std::size_t count =
              run.rows - first < kSoftRowStep ? run.rows - first : kSoftRowStep;
          for (std::size_t i = 0; i < count; ++i)
            walk.step(rows[i], run.column + (first + i) * kLanes);
        }
      });
}

}  // namespace

PAIRALIGN_MULTIVERSION
void run_shared_text(const SoftColumns<std::int16_t>& run) {
  run_shared(run);
}
PAIRALIGN_MULTIVERSION
void run_shared_text(const SoftColumns<std::int32_t>& run) {
  run_shared(run);
}
PAIRALIGN_MULTIVERSION
void run_own_texts(const SoftColumns<std::int16_t>& run) {
  run_own(run);
}
PAIRALIGN_MULTIVERSION
void run_own_texts(const SoftColumns<std::int32_t>& run) {
  run_own(run);
}

}  // namespace pairalign::search

#include "search/soft_alignment.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "base/error.hpp"
#include "base/multiversion.hpp"

namespace pairalign::search {
namespace {

constexpr std::size_t kLanes = SoftProfile::kLanes;
constexpr int kGap = SoftCost::kGap;
constexpr int kLowestScore = std::numeric_limits<std::int8_t>::min();
static_assert(kGap <= -kLowestScore, "filling must not pay in global mode");

// One cell for each lane, and the stored scores of these. The compiler splits them where registers
// are narrower.
using Cells = std::int16_t __attribute__((vector_size(kLanes * sizeof(std::int16_t))));
using Scores = std::int8_t __attribute__((vector_size(kLanes)));

// Runs all columns of the matrix. `column` (rows, kLanes) holds the one before the first and is
// left as the last; above it lies a row that begins with 0 and falls by `top_step` a column. Puts
// the best cell of the last row in any column into `best` (kLanes).
PAIRALIGN_MULTIVERSION
void run_columns(const std::int8_t* scores, std::size_t rows, const Token* document,
                 std::size_t size, std::size_t unknown, std::int16_t top_step, std::int16_t* column,
                 std::int16_t* best) {
  Cells top{}, highest;
  std::memcpy(&highest, column + (rows - 1) * kLanes, sizeof highest);
  for (std::size_t j = 0; j < size; ++j) {
    const std::int8_t* score = scores + std::min<std::size_t>(document[j], unknown) * rows * kLanes;
    Cells diagonal = top;
    top -= top_step;
    Cells above = top;
    for (std::size_t i = 0; i < rows; ++i) {
      Scores bytes;
      Cells left;
      std::memcpy(&bytes, score + i * kLanes, sizeof bytes);
      std::memcpy(&left, column + i * kLanes, sizeof left);
      const Cells matched = diagonal + __builtin_convertvector(bytes, Cells);
      const Cells put_in = left - static_cast<std::int16_t>(kGap);
      const Cells left_out = above - static_cast<std::int16_t>(kGap);
      const Cells from_left = matched > put_in ? matched : put_in;
      above = from_left > left_out ? from_left : left_out;
      diagonal = left;
      std::memcpy(column + i * kLanes, &above, sizeof above);
    }
    highest = highest > above ? highest : above;
  }
  std::memcpy(best, &highest, sizeof highest);
}

}  // namespace

SoftCost::SoftCost(int vocabulary, std::vector<std::int8_t> scores)
    : vocabulary_(vocabulary), scores_(std::move(scores)) {
  const auto n = static_cast<std::size_t>(vocabulary);
  if (n == 0 || scores_.size() != n * n) throw Error("", "scores do not fit the vocabulary");
  for (auto row = scores_.begin(); row != scores_.end(); row += vocabulary)
    row_best_.push_back(*std::max_element(row, row + vocabulary));
  lowest_ = *std::min_element(scores_.begin(), scores_.end());
}

int SoftCost::best_possible(Span<const Token> query) const {
  int sum = 0;
  for (const Token token : query)
    sum += token < vocabulary_ ? row_best_[token] : lowest_;
  return sum;
}

SoftMatch align(Span<const Token> query, Span<const Token> document, const SoftCost& cost,
                Mode mode) {
  // A cell: the best score of an alignment that ends there, and the largest begin of such.
  struct Cell {
    int score;
    std::size_t begin;
    bool operator<(const Cell& other) const {
      return score != other.score ? score < other.score : begin < other.begin;
    }
  };
  std::vector<Cell> column;
  for (std::size_t i = 0; i <= query.size(); ++i)
    column.push_back({-kGap * static_cast<int>(i), 0});
  SoftMatch best{column.back().score, 0, 0};
  for (std::size_t j = 0; j < document.size(); ++j) {
    Cell diagonal = column[0];
    if (mode == Mode::infix) {
      column[0].begin = j + 1;
    } else {
      column[0].score -= kGap;
    }
    for (std::size_t i = 1; i < column.size(); ++i) {
      const Cell matched{diagonal.score + cost.score(query[i - 1], document[j]), diagonal.begin};
      const Cell put_in{column[i].score - kGap, column[i].begin};
      const Cell left_out{column[i - 1].score - kGap, column[i - 1].begin};
      diagonal = column[i];
      column[i] = std::max({matched, put_in, left_out});
    }
    const Cell& end = column.back();
    if (mode == Mode::global || end.score > best.score) best = {end.score, end.begin, j + 1};
  }
  return best;
}

SoftProfile::SoftProfile(Span<const Span<const Token>> queries, const SoftCost& cost, Mode mode)
    : mode_(mode), vocabulary_(static_cast<std::size_t>(cost.vocabulary())) {
  for (const Span<const Token>& query : queries) {
    lengths_.push_back(query.size());
    rows_ = std::max(rows_, query.size());
  }
  if (lengths_.size() > kLanes) throw Error("", "too many queries at once");
  if (rows_ > kLongestQuery) throw Error("", "a query is too long");
  // Shorter queries, and lanes without one, are filled up in front with rows whose cells must equal
  // the row above the matrix. In infix mode that is 0, kept by scores of 0; in global mode it falls
  // by a gap a column, which is the best that any score below leaves.
  const int filling = mode == Mode::infix ? 0 : kLowestScore;
  scores_.assign((vocabulary_ + 1) * rows_ * kLanes, static_cast<std::int8_t>(filling));
  first_column_.assign(rows_ * kLanes, 0);
  for (std::size_t lane = 0; lane < lengths_.size(); ++lane) {
    const Span<const Token>& query = queries[lane];
    const std::size_t filled = rows_ - query.size();
    for (std::size_t i = 0; i < query.size(); ++i) {
      const std::size_t place = (filled + i) * kLanes + lane;
      first_column_[place] = static_cast<std::int16_t>(-kGap * static_cast<int>(i + 1));
      for (std::size_t token = 0; token <= vocabulary_; ++token) {
        scores_[token * rows_ * kLanes + place] =
            static_cast<std::int8_t>(cost.score(query[i], static_cast<Token>(token)));
      }
    }
  }
}

bool SoftProfile::fits(std::size_t document_tokens) const {
  constexpr std::size_t kDeepest = -std::numeric_limits<std::int16_t>::min() + kLowestScore;
  return mode_ == Mode::infix || document_tokens + rows_ + 1 <= kDeepest / kGap;
}

void SoftProfile::best_scores(Span<const Token> document, std::vector<int>& scores) const {
  std::vector<std::int16_t> column = first_column_;
  std::array<std::int16_t, kLanes> best;
  const bool infix = mode_ == Mode::infix;
  run_columns(scores_.data(), rows_, document.data(), document.size(), vocabulary_,
              infix ? 0 : static_cast<std::int16_t>(kGap), column.data(), best.data());
  const std::int16_t* found = infix ? best.data() : column.data() + (rows_ - 1) * kLanes;
  scores.assign(found, found + lengths_.size());
}

}  // namespace pairalign::search

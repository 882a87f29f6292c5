#include "search/soft_alignment.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace pairalign::search {
namespace {

constexpr int kGap = SoftCost::kGap;

}  // namespace

SoftCost::SoftCost(int vocabulary, std::vector<std::int8_t> scores)
    : vocabulary_(vocabulary), scores_(std::move(scores)) {
  const auto n = static_cast<std::size_t>(vocabulary);
  if (n == 0 || scores_.size() != n * n) throw Error("", "scores do not fit the vocabulary");
  row_best_.reserve(n);
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

}  // namespace pairalign::search

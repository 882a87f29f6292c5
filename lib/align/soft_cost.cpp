#include "align/soft_cost.hpp"

#include <algorithm>
#include <cmath>

#include "align/soft_lanes.hpp"
#include "base/error.hpp"

namespace pairalign::align {
namespace {

constexpr double kScoreTolerance = 1e-9;  // as of unit costs

}  // namespace

SoftCost::SoftCost(int vocabulary, std::vector<std::int8_t> scores)
    : vocabulary_(vocabulary), scores_(std::move(scores)) {
  const auto n = static_cast<std::size_t>(vocabulary);
  if (n == 0 || scores_.size() != n * n) throw Error("", "scores do not fit the vocabulary");
  row_best_.reserve(n);
  for (auto row = scores_.begin(); row != scores_.end(); row += vocabulary)
    row_best_.push_back(std::max<int>(*std::max_element(row, row + vocabulary), -kGap));
  lowest_ = *std::min_element(scores_.begin(), scores_.end());
  unknown_best_ = std::max(lowest_, -kGap);
}

int SoftCost::best_possible(Span<const Token> query) const {
  int sum = 0;
  for (const Token token : query)
    sum += best_of(token);
  return sum;
}

double SoftCost::score(Span<const Token> query, std::size_t distance, std::size_t) const {
  return (best_possible(query) - static_cast<double>(distance)) / kUnitsPerBit;
}

std::optional<std::size_t> SoftCost::bound(Span<const Token> query, double min_score,
                                           std::size_t) const {
  const double lowest = std::max(1.0, std::ceil(min_score * kUnitsPerBit - kScoreTolerance));
  const int best = best_possible(query);
  if (lowest > best) return std::nullopt;
  return static_cast<std::size_t>(best - lowest);
}

LaneLayout SoftCost::layout(std::size_t query_tokens, SimdLevel level) const {
  return soft_layout(query_tokens, level);
}

std::unique_ptr<Lanes> SoftCost::lanes(Strings queries, Mode mode, SimdLevel level) const {
  return soft_lanes(queries, *this, mode, level);
}

}  // namespace pairalign::align

#include "align/soft_cost.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"

namespace pairalign::align {
namespace {

// For each token, whether its score with itself is low.
std::vector<bool> tokens_that_say_little(const std::vector<std::int8_t>& scores, std::size_t n) {
  std::vector<int> own(n);
  for (std::size_t t = 0; t < n; ++t)
    own[t] = scores[t * n + t];
  std::vector<int> sorted = own;
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(n / 2);
  std::nth_element(sorted.begin(), middle, sorted.end());
  std::vector<bool> little(n);
  for (std::size_t t = 0; t < n; ++t)
    little[t] = own[t] <= SoftCost::kSaysLittle * *middle;
  return little;
}

}  // namespace

SoftCost::SoftCost(int vocabulary, std::vector<std::int8_t> scores)
    : vocabulary_(vocabulary), scores_(std::move(scores)) {
  const auto n = static_cast<std::size_t>(vocabulary);
  if (n == 0 || scores_.size() != n * n) throw Error("", "scores do not fit the vocabulary");
  lowest_ = *std::min_element(scores_.begin(), scores_.end());
  says_little_ = tokens_that_say_little(scores_, n);
  for (std::size_t i = 0; i < n * n; ++i) {
    if (says_little_[i / n]) scores_[i] = static_cast<std::int8_t>(lowered(scores_[i]));
  }
  row_best_.reserve(n);
  for (auto row = scores_.begin(); row != scores_.end(); row += vocabulary)
    row_best_.push_back(std::max<int>(*std::max_element(row, row + vocabulary), -kGap));
  unknown_best_ = std::max(lowest_, -kGap);
}

int SoftCost::best_possible(Span<const Token> query) const {
  int sum = 0;
  for (const Token token : query)
    sum += best_of(token);
  return sum;
}

int SoftCost::kept_back(Span<const Token> query) const {
  const auto little = [this](Token t) { return t < vocabulary_ && says_little_[t]; };
  return kGap * static_cast<int>(std::count_if(query.begin(), query.end(), little));
}

double SoftCost::score(Span<const Token> query, std::size_t distance, std::size_t) const {
  return (best_possible(query) + kept_back(query) - static_cast<double>(distance)) / kUnitsPerBit;
}

std::optional<std::size_t> SoftCost::bound(Span<const Token> query, double min_score,
                                           std::size_t) const {
  const double lowest = std::max(1.0, std::ceil(min_score * kUnitsPerBit - kScoreTolerance));
  const int best = best_possible(query) + kept_back(query);
  if (lowest > best) return std::nullopt;
  return static_cast<std::size_t>(best - lowest);
}

}  // namespace pairalign::align

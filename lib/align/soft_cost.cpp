#include "align/soft_cost.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.hpp"

namespace pairalign::align {
namespace {

// No row has this number: as a query token it is unknown.
constexpr Token kUnknown = std::numeric_limits<Token>::max();

int best_of_row(const std::int8_t* row, int vocabulary) {
  return std::max<int>(*std::max_element(row, row + vocabulary), -SoftCost::kGap);
}

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

// 2^score, for scores of the table, also where they have been lowered by `kGap`.
double odds_of(int score) {
  constexpr int kLowest = std::numeric_limits<std::int8_t>::min();
  static const std::vector<double> kOdds = [] {
    std::vector<double> odds;
    for (int s = kLowest; s <= std::numeric_limits<std::int8_t>::max() + SoftCost::kGap; ++s)
      odds.push_back(std::exp2(static_cast<double>(s) / SoftCost::kUnitsPerBit));
    return odds;
  }();
  return kOdds[static_cast<std::size_t>(score - kLowest)];
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
    row_best_.push_back(best_of_row(&*row, vocabulary));
  unknown_best_ = std::max(lowest_, -kGap);
  written_.resize(n);
  std::iota(written_.begin(), written_.end(), Token{0});
}

int SoftCost::best_possible(Span<const Token> query) const {
  int sum = 0;
  for (const Token token : query)
    sum += best_of(token);
  return sum;
}

int SoftCost::kept_back(Span<const Token> query) const {
  const auto little = [this](Token t) { return t < says_little_.size() && says_little_[t]; };
  return kGap * static_cast<int>(std::count_if(query.begin(), query.end(), little));
}

std::unique_ptr<const Distance> SoftCost::with_alternatives(
    std::vector<tokens::Record>& queries) const {
  auto result = std::make_unique<SoftCost>(*this);
  for (tokens::Record& query : queries) {
    for (std::size_t i = 0; i < query.tokens.size(); ++i) {
      Token& token = query.tokens[i];
      if (token >= vocabulary_) {
        token = kUnknown;
      } else if (!query.alternatives.empty() && result->row_best_.size() < kUnknown) {
        token = result->add_row(token, query.alternatives[i]);
      }
    }
  }
  return result;
}

// Appends the scores of a mixture of tokens, and returns the query token that has them.
Token SoftCost::add_row(Token token, const std::vector<tokens::Alternative>& alternatives) {
  const auto n = static_cast<std::size_t>(vocabulary_);
  std::vector<double> odds(n);
  double total = 0;
  for (const auto& [other, weight] : alternatives) {
    total += weight;
    const bool known = other < n;
    const int kept_back = known && says_little_[other] ? kGap : 0;
    for (std::size_t document = 0; document < n; ++document) {
      const int score = known ? scores_[other * n + document] + kept_back : lowest_;
      odds[document] += weight * odds_of(score);
    }
  }
  const auto row = static_cast<Token>(row_best_.size());
  for (const double sum : odds) {
    const auto score = static_cast<int>(std::lround(kUnitsPerBit * std::log2(sum / total)));
    scores_.push_back(static_cast<std::int8_t>(says_little_[token] ? lowered(score) : score));
  }
  row_best_.push_back(best_of_row(&scores_[row * n], vocabulary_));
  says_little_.push_back(says_little_[token]);
  written_.push_back(token);
  return row;
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

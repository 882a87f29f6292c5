#include "align/soft_cost.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.hpp"

namespace pairalign::align {
namespace {

// No row has this number: as a query token it is unknown.
constexpr Token kUnknown = std::numeric_limits<Token>::max();

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

SoftCost::SoftCost(int vocabulary, std::vector<std::int8_t> scores) : vocabulary_(vocabulary) {
  const auto n = static_cast<std::size_t>(vocabulary);
  if (n == 0 || scores.size() != n * n) throw Error("", "scores do not fit the vocabulary");
  lowest_ = *std::min_element(scores.begin(), scores.end());
  const std::vector<bool> little = tokens_that_say_little(scores, n);
  for (std::size_t t = 0; t < n; ++t) {
    const auto row = scores.begin() + static_cast<std::ptrdiff_t>(t * n);
    add_row({little[t] ? kGap : 0, lowest_, 0, static_cast<Token>(t)}, {row, row + vocabulary});
  }
}

// `row.unknown` and `scores` as they are before they are lowered.
void SoftCost::add_row(Row row, const std::vector<double>& scores) {
  const auto lowered = [&](double score) {
    constexpr int kLowest = std::numeric_limits<std::int8_t>::min();
    return std::max(static_cast<int>(std::lround(score)) - row.kept_back, kLowest);
  };
  row.unknown = lowered(row.unknown);
  row.best = -kGap;
  for (const double score : scores) {
    scores_.push_back(static_cast<std::int8_t>(lowered(score)));
    row.best = std::max<int>(row.best, scores_.back());
  }
  rows_.push_back(row);
}

int SoftCost::best_possible(Span<const Token> query) const {
  int sum = 0;
  for (const Token token : query)
    sum += best_of(token);
  return sum;
}

int SoftCost::kept_back(Span<const Token> query) const {
  int sum = 0;
  for (const Token token : query)
    sum += token < rows_.size() ? rows_[token].kept_back : 0;
  return sum;
}

std::vector<Token> SoftCost::written(Span<const Token> query) const {
  std::vector<Token> result;
  int place = 0;
  for (const Token token : query) {
    const Row row = token < rows_.size() ? rows_[token] : Row{0, 0, 0, token};
    if (row.place == 0 || row.place != place) result.push_back(row.written);
    place = row.place;
  }
  return result;
}

std::unique_ptr<const Distance> SoftCost::with_alternatives(
    std::vector<tokens::Record>& queries) const {
  auto result = std::make_unique<SoftCost>(*this);
  for (tokens::Record& query : queries) {
    const std::size_t parts = tokens::count_parts(query);
    if (parts == 0 || result->rows_.size() + parts > kUnknown) {
      for (Token& token : query.tokens) {
        if (token >= vocabulary_) token = kUnknown;
      }
      continue;
    }
    const auto first = static_cast<Token>(result->rows_.size());
    for (std::size_t i = 0; i < query.tokens.size(); ++i)
      result->add_parts(query.tokens[i], query.alternatives[i]);
    query.tokens.resize(parts);
    std::iota(query.tokens.begin(), query.tokens.end(), first);
  }
  return result;
}

// Appends a row for each part of a token.
void SoftCost::add_parts(Token token, const std::vector<tokens::Mixture>& parts) {
  const bool little = token < vocabulary_ && rows_[token].kept_back > 0;
  const auto count = static_cast<int>(parts.size()), place = static_cast<int>(rows_.size());
  for (int i = 0; i < count; ++i) {
    std::vector<double> scores = mixed_scores(parts[static_cast<std::size_t>(i)]);
    for (double& score : scores)
      score /= count;
    const int gap = little ? 0 : kGap * (i + 1) / count - kGap * i / count;
    add_row({kGap - gap, lowest_ / count, 0, token, place}, scores);
  }
}

// The scores of a mixture of tokens, not lowered.
std::vector<double> SoftCost::mixed_scores(const tokens::Mixture& mixture) const {
  const auto n = static_cast<std::size_t>(vocabulary_);
  std::vector<double> odds(n);
  double total = 0;
  for (const auto& [token, weight] : mixture) {
    total += weight;
    const bool known = token < n;
    for (std::size_t document = 0; document < n; ++document) {
      const int score = known ? scores_[token * n + document] + rows_[token].kept_back : lowest_;
      odds[document] += weight * odds_of(score);
    }
  }
  std::vector<double> scores;
  for (const double sum : odds)
    scores.push_back(kUnitsPerBit * std::log2(sum / total));
  return scores;
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

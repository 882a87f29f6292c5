// Soft costs: the log-odds of token pairs.
//
// The score of an alignment is the sum of the scores of its token pairs less `kGap` for each
// insertion and deletion. As the scores are log-odds, their sum says how much likelier the tokens
// are as two renderings of the same speech than by chance: one threshold on it serves queries of
// any length. The distance is what an alignment scores less than the best that any could.
//
// Tokens that score little even with themselves are those of pauses and noise. A query may have
// them at its ends where the words stand in the middle of a sentence: to delete them costs nothing.
// On the development set of speech that takes MAP of typed queries from .286 to .324, of sentences
// in another language from .803 to .811, MRR of fragments from .947 to .951, and MAP of words alone
// over the telephone from .802 to .794. So that every row of the matrix has one gap, the row of
// such a token is lowered by `kGap` instead, which is then given back: the distances are the same.
//
// Rejected: weights for tokens that are rare in the archive, as IDF has them for words. Log-odds
// have subtracted already what is common. With (−log2 p)^w, mean 1 over the query, MRR of fragments
// and MAP of words of other speakers are .951 and .128 without; .952 and .128 with p of the token
// and w = ½; .956 and .133 with p given the token before and w = ½, .937 and .113 with w = 1.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "align/distance.hpp"
#include "base/span.hpp"

namespace pairalign::align {

/// A score is that of the alignment, in bits.
class SoftCost : public Distance {
 public:
  static constexpr int kUnitsPerBit = 4;
  /// Of an insertion or deletion: 3 bits, which on the development set of speech ranks best or
  /// nearly so for strings of 12 to 27 tokens/s, in infix and in global mode.
  static constexpr int kGap = 3 * kUnitsPerBit;

  /// A token whose score with itself is at most this share of their median is deleted at no cost.
  static constexpr double kSaysLittle = 0.65;

  /// `scores`: (vocabulary, vocabulary), kUnitsPerBit to a bit, query token by document token.
  /// Throws Error("", reason) when their number is another.
  SoftCost(int vocabulary, std::vector<std::int8_t> scores);

  int vocabulary() const { return vocabulary_; }
  /// Less `kGap` for a query token that is deleted at no cost. A token beyond the vocabulary has
  /// the lowest score of all with every token, itself included.
  int score_of(Token query, Token document) const {
    if (query >= vocabulary_) return lowest_;
    return document < vocabulary_
               ? scores_[query * static_cast<std::size_t>(vocabulary_) + document]
           : says_little_[query] ? lowered(lowest_)
                                 : lowest_;
  }
  /// The sum of these where each query token meets the token that suits it best, or none where that
  /// scores more: no alignment scores more.
  int best_possible(Span<const Token> query) const;

  int substitution(Token query, Token document) const override {
    return best_of(query) - score_of(query, document);
  }
  int deletion(Token query) const override { return best_of(query) + kGap; }
  int insertion() const override { return kGap; }
  int units() const override { return kUnitsPerBit; }
  std::size_t length(Mode, std::size_t, std::size_t) const override { return 1; }
  double score(Span<const Token> query, std::size_t distance, std::size_t length) const override;
  std::optional<std::size_t> bound(Span<const Token> query, double min_score,
                                   std::size_t length) const override;
  LaneLayout layout(std::size_t query_tokens, SimdLevel level) const override;
  std::unique_ptr<Lanes> lanes(Strings queries, Mode mode, SimdLevel level) const override;

 private:
  static constexpr int lowered(int score) {
    return std::max<int>(score - kGap, std::numeric_limits<std::int8_t>::min());
  }
  // What `score_of` keeps back of the tokens of a query.
  int kept_back(Span<const Token> query) const;
  int best_of(Token query) const { return query < vocabulary_ ? row_best_[query] : unknown_best_; }

  int vocabulary_;
  std::vector<std::int8_t> scores_;
  std::vector<int> row_best_;      // by query token
  std::vector<bool> says_little_;  // by token
  int lowest_;
  int unknown_best_;
};

}  // namespace pairalign::align

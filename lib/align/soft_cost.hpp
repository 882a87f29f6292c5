// Soft costs: the log-odds of token pairs.
//
// The score of an alignment is the sum of the scores of its token pairs minus `kGap` for each
// insertion or deletion. The scores are log-odds, so their sum says how much more likely the tokens
// are as two renderings of the same speech than by chance, and one threshold on it serves queries
// of any length. The distance is how far an alignment falls short of the best possible score.
//
// Tokens that score low even with themselves are those of pauses and noise. A query may have them
// at its ends where, in the document, the words stand in the middle of a sentence, so deleting them
// is free. On the speech development set this changes MAP of typed queries from .286 to .324, of
// sentences in another language from .803 to .811, MRR of fragments from .947 to .951, and MAP of
// single words over the telephone from .802 to .794. So that all rows of the matrix have the same
// gap cost, the scores of such a token are lowered by `kGap` instead, and the sum is corrected by
// as much: the distances are the same.
//
// Rejected: weighting tokens by their rarity in the archive, like IDF for words. Log-odds already
// discount what is common. With weights (−log2 p)^w, of mean 1 over the query, MRR of fragments and
// MAP of words by other speakers are .951 and .128 unweighted; .952 and .128 with p of the token
// and w = ½; .956 and .133 with p given the preceding token and w = ½, .937 and .113 with w = 1.
//
// A query may come with alternatives for each token, as a confusion network (Mangu, Brill and
// Stolcke, Computer Speech & Language 14, 2000): the token is then scored with a mixture of the
// rows of its alternatives, log2 of the mean of 2^score weighted by their probabilities, like a
// position of a PSI-BLAST profile (Altschul et al., Nucleic Acids Res. 25, 1997).
//
// Where these are given part by part, each part is aligned by itself, with an equal share of the
// token's score and gap cost, and parts in a row may be paired with one document token, as frames
// are in dynamic time warping. So the query keeps what the frames say of changes within a token,
// and where one speaker's token ends in the middle of another's.
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

/// The score of a match is that of its alignment, in bits.
class SoftCost : public Distance {
 public:
  static constexpr int kUnitsPerBit = 4;
  /// Cost of an insertion or deletion: 3 bits, which on the speech development set ranks best or
  /// nearly so for strings of 12 to 27 tokens/s, in infix and in global mode.
  static constexpr int kGap = 3 * kUnitsPerBit;

  /// Cost of pairing parts of two tokens with the same document token: none loses fragments, the
  /// cost of a gap loses words by other speakers, and between them the differences are chance.
  static constexpr int kJoin = 1 * kUnitsPerBit;

  /// A token whose score with itself is at most this fraction of the median over all tokens is
  /// deleted at no cost.
  static constexpr double kSaysLittle = 0.65;

  /// `scores`: (vocabulary, vocabulary), query token by document token, kUnitsPerBit to a bit.
  /// Throws Error("", reason) if the size is wrong.
  SoftCost(int vocabulary, std::vector<std::int8_t> scores);

  int vocabulary() const { return vocabulary_; }
  /// The score of a pair, lowered by `kGap` if the query token is deleted at no cost. A token
  /// beyond the vocabulary has the lowest score of all with every token, itself included.
  int score_of(Token query, Token document) const {
    if (query >= rows_.size()) return lowest_;
    return document < vocabulary_
               ? scores_[query * static_cast<std::size_t>(vocabulary_) + document]
               : rows_[query].unknown;
  }
  /// The sum of these if each query token is paired with the token that suits it best, or deleted
  /// where that scores more: no alignment scores more.
  int best_possible(Span<const Token> query) const;

  int substitution(Token query, Token document) const override {
    return best_of(query) - score_of(query, document);
  }
  int deletion(Token query) const override { return best_of(query) + kGap; }
  int insertion() const override { return kGap; }
  int units() const override { return kUnitsPerBit; }
  std::unique_ptr<const Distance> with_alternatives(
      std::vector<tokens::Record>& queries) const override;
  bool in_parts(Span<const Token> query) const override {
    return !query.empty() && query[0] >= vocabulary_ && query[0] < rows_.size();
  }
  int join(Token query, Token neighbour) const override {
    return rows_[query].place == rows_[neighbour].place ? 0 : kJoin;
  }
  std::vector<Token> written(Span<const Token> query) const override;
  std::size_t length(Mode, std::size_t, std::size_t) const override { return 1; }
  double score(Span<const Token> query, std::size_t distance, std::size_t length) const override;
  std::optional<std::size_t> bound(Span<const Token> query, double min_score,
                                   std::size_t length) const override;
  // In soft_lanes.cpp. The cost must outlive the lanes.
  LaneLayout layout(Span<const Token> query, SimdLevel level) const override;
  std::unique_ptr<Lanes> lanes(Strings queries, Mode mode, SimdLevel level) const override;

 private:
  // What is known of a query token besides its scores.
  struct Row {
    int kept_back = 0;  // by how much its scores are lowered
    int unknown = 0;    // its score with a token beyond the vocabulary, lowered
    int best = 0;       // its highest score, or that of deleting it
    Token written = 0;
    int place = 0;  // of a part: the same as that of the other parts of its token; else 0
  };

  // By how much in total `score_of` lowers the scores of a query's tokens.
  int kept_back(Span<const Token> query) const;
  int best_of(Token query) const {
    return query < rows_.size() ? rows_[query].best : std::max(lowest_, -kGap);
  }
  std::vector<double> mixed_scores(const tokens::Mixture& mixture) const;
  void add_parts(Token token, const std::vector<tokens::Mixture>& parts);
  void add_row(Row row, const std::vector<double>& scores);

  int vocabulary_;
  std::vector<std::int8_t> scores_;  // (query tokens, vocabulary)
  std::vector<Row> rows_;            // by query token
  int lowest_;
};

/// For each of `n` tokens, whether it says little, as those of pauses and noise: see kSaysLittle.
/// `scores`: (n, n), as of model::Substitution.
std::vector<bool> tokens_that_say_little(const std::vector<std::int8_t>& scores, std::size_t n);

}  // namespace pairalign::align

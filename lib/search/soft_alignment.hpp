// Alignment of token strings by the log-odds of token pairs: soft costs.
//
// The score of an alignment is the sum of the scores of its token pairs less `gap` for each token
// left out or put in (Needleman and Wunsch 1970, in infix mode with free ends of the document). As
// the scores are log-odds, their sum says how much likelier the tokens are as two renderings of the
// same speech than by chance: one threshold on it serves queries of any length. Scores are whole
// numbers, here in quarters of a bit, so that they are the same on every machine.
//
// Rejected: weights for tokens that are rare in the archive, as IDF has them for words. Log-odds
// have subtracted already what is common. With (−log2 p)^w, mean 1 over the query, MRR of fragments
// and MAP of words of other speakers are .951 and .128 without; .952 and .128 with p of the token
// and w = ½; .956 and .133 with p given the token before and w = ½, .937 and .113 with w = 1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/span.hpp"
#include "search/edit_distance.hpp"
#include "tokens/record.hpp"

namespace pairalign::search {

/// The scores of token pairs, quantised.
class SoftCost {
 public:
  static constexpr int kUnitsPerBit = 4;
  /// Of a token left out or put in: 4 bits, which on the development set of speech ranks best or
  /// nearly so for strings of 12 to 27 tokens/s, in infix and in global mode.
  static constexpr int kGap = 4 * kUnitsPerBit;

  /// `scores`: (vocabulary, vocabulary), kUnitsPerBit to a bit, query token by document token.
  /// Throws Error("", reason) when their number is another.
  SoftCost(int vocabulary, std::vector<std::int8_t> scores);

  int vocabulary() const { return vocabulary_; }
  /// A token beyond the vocabulary has the lowest score of all with every token, itself included.
  int score(Token query, Token document) const {
    return query < vocabulary_ && document < vocabulary_
               ? scores_[query * static_cast<std::size_t>(vocabulary_) + document]
               : lowest_;
  }
  /// What a query scores where each of its tokens meets the token that suits it best: no alignment
  /// scores more.
  int best_possible(Span<const Token> query) const;

 private:
  int vocabulary_;
  std::vector<std::int8_t> scores_;
  std::vector<int> row_best_;  // by query token
  int lowest_;
};

/// The best alignment of a query with a document: tokens [begin, end) of it.
///
/// Of several places with the same score it is the one with the smallest `end`, and of those the
/// one with the largest `begin`. In global mode it is [0, n).
struct SoftMatch {
  int score = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// Plain dynamic programming in O(m · n) time and O(m) memory. An empty query scores 0 at [0, 0) in
/// infix mode; leaving a whole query out costs its length in gaps, at [0, 0).
SoftMatch align(Span<const Token> query, Span<const Token> document, const SoftCost& cost,
                Mode mode);

}  // namespace pairalign::search

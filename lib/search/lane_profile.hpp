// Queries made ready for the lanes of a kernel. Not part of the library's face.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "base/span.hpp"
#include "search/edit_distance.hpp"
#include "search/lane_kernel.hpp"

namespace pairalign::search {

/// Numbers for the tokens of some queries, to index their bit vectors with. Tokens that no query
/// holds share one number; one more, `blank()`, stands for the columns before a text begins.
class TokenRows {
 public:
  /// So many tokens never take more numbers than there are.
  static constexpr std::size_t kMostTokens = std::numeric_limits<RowNumber>::max() - 1;

  /// At most kMostTokens in all.
  explicit TokenRows(Span<const Span<const Token>> queries);

  std::size_t rows() const { return rows_; }
  RowNumber blank() const { return static_cast<RowNumber>(rows_ - 1); }
  RowNumber row(Token token) const;
  /// The rows of `count` tokens.
  void number(const Token* tokens, std::size_t count, RowNumber* rows) const;

 private:
  std::size_t rows_;
  RowNumber other_;
  // By token, up to the largest of the queries, then one more: `other_`. Empty where tokens are
  // few: then each is its own number.
  std::vector<RowNumber> row_of_;
};

/// The bit vectors of queries side by side: as many as a kernel has lanes, or one for all lanes.
/// Const after construction and safe to share between threads.
template <class Word>
class LaneProfile {
 public:
  /// `width`: places for queries, of which some may stay empty.
  LaneProfile(Span<const Span<const Token>> queries, std::size_t width, Mode mode);

  static std::size_t blocks_of(std::size_t query_tokens) {
    return (query_tokens + kWordBits - 1) / kWordBits;
  }

  const TokenRows& token_rows() const { return token_rows_; }
  std::size_t width() const { return width_; }
  std::size_t blocks() const { return blocks_; }
  Mode mode() const { return mode_; }
  /// (rows, width)
  const Word* masks(std::size_t block) const {
    return masks_.data() + block * token_rows_.rows() * width_;
  }
  /// (blocks, width): the vertical differences of 1 before the first column, which are all those of
  /// rows that are a query's.
  const std::vector<Word>& first_plus() const { return first_plus_; }
  /// (width): 0 where a place is empty.
  const std::vector<Word>& lengths() const { return lengths_; }

 private:
  static constexpr std::size_t kWordBits = 8 * sizeof(Word);

  void fill_masks(std::size_t place, std::size_t filled, Span<const Token> query);

  TokenRows token_rows_;
  std::size_t width_;
  std::size_t blocks_ = 1;
  Mode mode_;
  std::vector<Word> lengths_;
  std::vector<Word> masks_;  // (blocks, rows, width)
  std::vector<Word> first_plus_;
};

extern template class LaneProfile<std::uint32_t>;
extern template class LaneProfile<std::uint64_t>;

}  // namespace pairalign::search

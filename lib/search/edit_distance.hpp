// Edit distance between token strings: unit costs, bit-parallel.
//
// Myers, "A fast bit-vector algorithm for approximate string matching based on dynamic programming"
// (J. ACM 46, 1999), in the block formulation of Hyyrö (2003): 64 rows of the dynamic-programming
// matrix are one machine word, a document token costs about a dozen word operations per 64 query
// tokens. Time O(⌈m / 64⌉ · n) for a query of m and a document of n tokens.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/span.hpp"
#include "tokens/record.hpp"

namespace pairalign::search {

using tokens::Token;

enum class Mode {
  infix,   ///< the whole query against any stretch of the document
  global,  ///< the whole query against the whole document
};

/// What a distance is divided by for a score: the query's length, in global mode that of the longer
/// string.
inline std::size_t score_length(Mode mode, std::size_t query_tokens, std::size_t document_tokens) {
  return mode == Mode::infix ? query_tokens : std::max(query_tokens, document_tokens);
}

struct DistanceConfig {
  Mode mode = Mode::infix;
  /// Distances above it are not wanted, which saves work: the result is then empty, never a number
  /// that may or may not be the distance.
  std::optional<std::size_t> max_distance;
};

/// Where a query fits a document best: document tokens [begin, end).
///
/// Of several places at the same distance it is the one with the smallest `end`, and of those the
/// one with the largest `begin`: the first, and there the shortest. A query that fits nowhere (the
/// distance is its length) matches the empty stretch [0, 0). In global mode it is [0, n).
struct Match {
  std::size_t distance = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// The match without its begin, which only costs time when it is asked for.
struct MatchEnd {
  std::size_t distance = 0;
  std::size_t end = 0;
};

/// A query made ready for many documents: for each of its distinct tokens, the bit vector of the
/// query positions that hold it. Const after construction and safe to share between threads.
class QueryProfile {
 public:
  explicit QueryProfile(Span<const Token> query);

  std::size_t length() const { return length_; }
  /// Words of 64 query positions; the last may be partly used.
  std::size_t blocks() const { return blocks_; }

  /// The bit vectors of block `block`, to be indexed with `row`.
  const std::uint64_t* block_masks(std::size_t block) const {
    return masks_.data() + block * rows_;
  }
  /// The row of a token; tokens that the query does not hold share row 0, which is all zero.
  std::uint32_t row(Token token) const {
    return row_of_[token < row_of_.size() ? token : row_of_.size() - 1];
  }

 private:
  std::size_t length_;
  std::size_t blocks_;
  std::size_t rows_ = 1;
  std::vector<std::uint32_t> row_of_;  // by token, up to the query's largest, then one more: row 0
  std::vector<std::uint64_t> masks_;   // blocks × rows
};

/// The distance, and where the match ends. Empty when the distance is above `config.max_distance`.
/// An empty query has distance 0 at [0, 0) in infix mode and n in global mode; against an empty
/// document the distance is the query's length.
std::optional<MatchEnd> find_match_end(const QueryProfile& query, Span<const Token> document,
                                       const DistanceConfig& config = {});

/// Completes an infix match by running the query backwards from its end. `reversed` is the profile
/// of the query's tokens in reverse order.
Match locate_match(const QueryProfile& reversed, Span<const Token> document, const MatchEnd& end);

/// One query against one document.
std::optional<Match> align(Span<const Token> query, Span<const Token> document,
                           const DistanceConfig& config = {});

/// The global distance of two strings.
std::size_t edit_distance(Span<const Token> a, Span<const Token> b);

}  // namespace pairalign::search

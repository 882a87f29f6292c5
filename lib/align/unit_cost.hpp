// Unit costs: the Levenshtein distance, bit-parallel.
//
// Myers, "A fast bit-vector algorithm for approximate string matching based on dynamic programming"
// (J. ACM 46, 1999), in the block formulation of Hyyrö (2003): 64 rows of the dynamic-programming
// matrix fit one machine word, and a document token costs about a dozen word operations per 64
// query tokens. Time O(⌈m / 64⌉ · n) for a query of m and a document of n tokens.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "align/distance.hpp"

namespace pairalign::align {

/// The score is 1 − distance / length, with the length of the query in infix mode and of the longer
/// string in global mode.
class UnitCost : public Distance {
 public:
  int substitution(Token query, Token document) const override { return query != document; }
  int deletion(Token) const override { return 1; }
  int insertion() const override { return 1; }
  int units() const override { return 1; }
  std::size_t length(Mode mode, std::size_t query_tokens,
                     std::size_t document_tokens) const override;
  double score(Span<const Token> query, std::size_t distance, std::size_t length) const override;
  std::optional<std::size_t> bound(Span<const Token> query, double min_score,
                                   std::size_t length) const override;
  std::size_t min_distance(Mode mode, std::size_t query_tokens,
                           std::size_t document_tokens) const override;
  bool counts_edits() const override { return true; }
  std::unique_ptr<Rows> rows(Span<const Token> query) const override;
  // In unit_lanes.cpp.
  LaneLayout layout(Span<const Token> query, SimdLevel level) const override;
  std::unique_ptr<Lanes> lanes(Strings queries, Mode mode, SimdLevel level) const override;
};

inline const UnitCost kUnitCost;

/// The global distance of two strings.
std::size_t edit_distance(Span<const Token> a, Span<const Token> b);

}  // namespace pairalign::align

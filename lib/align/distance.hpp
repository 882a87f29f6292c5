// A distance between token strings: what edits cost, and how that reads as a score.
//
// The distance of a query from a part of a document is the least sum of the costs of edits that
// turn one into the other (Needleman and Wunsch 1970; in infix mode with free ends of the document,
// Sellers 1980). Costs are whole numbers, so that they are the same on every machine. A class says
// what its edits cost and, where it is to be fast, how to compute many distances in the lanes of
// wide registers (lanes.hpp); matches, places and alignments follow from that for all of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "align/simd_level.hpp"
#include "base/span.hpp"
#include "tokens/record.hpp"

namespace pairalign::align {

using tokens::Token;
using Strings = Span<const Span<const Token>>;

enum class Mode {
  infix,   ///< the whole query against any part of the document
  global,  ///< the whole query against the whole document
};

/// Where alignments with a document may begin.
enum class Start { anywhere, front };

/// A query made ready for one document after the other; not for several threads at once.
class Rows {
 public:
  virtual ~Rows() = default;
  /// The last row of the matrix. values[j]: the least distance of the query from a part of `text`
  /// that ends behind token j, wherever or at the front it begins.
  virtual void values(Span<const Token> text, Start start, std::vector<std::uint32_t>& values) = 0;
};

class Lanes;

/// How queries of some length are computed in lanes.
struct LaneLayout {
  std::size_t lanes = 0;  ///< 0: not at all
  /// Queries from which on a query in each lane, all with the same text, is faster than a text in
  /// each lane, query after query.
  std::size_t shared_from = 0;
  std::size_t family = 0;  ///< only queries of one family share lanes
};

class Distance {
 public:
  virtual ~Distance() = default;

  /// Not negative, as are deletions, those of query tokens; insertions, of document tokens, cost
  /// the same for all of them, at least 1.
  virtual int substitution(Token query, Token document) const = 0;
  virtual int deletion(Token query) const = 0;
  virtual int insertion() const = 0;
  /// So many make 1 of what users are told: an edit, or a bit.
  virtual int units() const = 0;

  /// Hits are ranked by distance divided by this, which is above 0 unless both strings are empty.
  virtual std::size_t length(Mode mode, std::size_t query_tokens,
                             std::size_t document_tokens) const = 0;
  virtual double score(Span<const Token> query, std::size_t distance, std::size_t length) const = 0;
  /// The largest distance whose score is at least `min_score` and above 0; nothing: none is.
  virtual std::optional<std::size_t> bound(Span<const Token> query, double min_score,
                                           std::size_t length) const = 0;
  /// No string of so many tokens is nearer.
  virtual std::size_t min_distance(Mode, std::size_t /*query_tokens*/,
                                   std::size_t /*document_tokens*/) const {
    return 0;
  }
  /// Whether equal tokens cost nothing and any edit 1 or more, so that near strings share pairs of
  /// tokens and an index of these finds them.
  virtual bool counts_edits() const { return false; }

  /// By plain dynamic programming, O(m · n). The query must outlive it.
  virtual std::unique_ptr<Rows> rows(Span<const Token> query) const;

  virtual LaneLayout layout(std::size_t query_tokens, SimdLevel) const;
  /// Queries of one family, as `layout` says; they must outlive it.
  virtual std::unique_ptr<Lanes> lanes(Strings queries, Mode mode, SimdLevel level) const;

  /// The cost of all deletions: no match is farther away.
  std::size_t max_distance(Span<const Token> query) const;
  /// No match within the bound spans more document tokens.
  std::size_t longest_match(Span<const Token> query, std::size_t bound) const {
    return query.size() + bound / static_cast<std::size_t>(insertion());
  }
};

}  // namespace pairalign::align

// A distance between token strings: what edits cost, and how a distance becomes a score.
//
// The distance of a query from a part of a document is the least total cost of edits that turn one
// into the other (Needleman and Wunsch 1970; in infix mode, where the ends of the document are
// free, Sellers 1980). Costs are integers, so that they are the same on every machine. A subclass
// defines its edit costs and, where it is to be fast, how to compute many distances in SIMD lanes;
// matches, places and alignments work with any subclass.
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

/// A query prepared for comparison with one document after another; not thread-safe.
class Rows {
 public:
  virtual ~Rows() = default;
  /// The last row of the matrix. values[j]: the least distance of the query from a part of `text`
  /// that begins where `start` allows and ends after token j.
  virtual void values(Span<const Token> text, Start start, std::vector<std::uint32_t>& values) = 0;
};

/// Many matrices being computed at once, one in each SIMD lane; not thread-safe.
class LaneRun {
 public:
  virtual ~LaneRun() = default;
  /// With several queries: their distances from a single text. With one query: its distance from
  /// each text, of which there are at most as many as lanes; fastest when they are equally long.
  virtual void measure(Strings texts, std::uint32_t* distances) = 0;
};

/// Queries laid out for lanes. Const after construction and safe to share between threads.
class Lanes {
 public:
  virtual ~Lanes() = default;
  virtual std::unique_ptr<LaneRun> start() const = 0;
};

/// How queries of a given length are computed in lanes.
struct LaneLayout {
  std::size_t lanes = 0;  ///< 0: lanes are not used
  /// From this many queries on, a query in each lane, all against the same text, is faster than a
  /// text in each lane, one query after another.
  std::size_t shared_from = 0;
  std::size_t family = 0;  ///< only queries of the same family share lanes
};

class Distance {
 public:
  virtual ~Distance() = default;

  /// Edit costs. Substitutions and deletions (of query tokens) cost at least 0; all insertions (of
  /// document tokens) cost the same, at least 1.
  virtual int substitution(Token query, Token document) const = 0;
  virtual int deletion(Token query) const = 0;
  virtual int insertion() const = 0;
  /// Distance units per edit or per bit, which is what users are shown.
  virtual int units() const = 0;

  /// Hits are ranked by distance divided by this, which is above 0 for a query that is not empty.
  virtual std::size_t length(Mode mode, std::size_t query_tokens,
                             std::size_t document_tokens) const = 0;
  virtual double score(Span<const Token> query, std::size_t distance, std::size_t length) const = 0;
  /// The largest distance whose score is at least `min_score` and above 0. Empty: there is none.
  virtual std::optional<std::size_t> bound(Span<const Token> query, double min_score,
                                           std::size_t length) const = 0;
  /// A lower bound on the distance between strings of these lengths.
  virtual std::size_t min_distance(Mode, std::size_t /*query_tokens*/,
                                   std::size_t /*document_tokens*/) const {
    return 0;
  }
  /// Whether matches cost nothing and every edit costs at least 1, so that similar strings share
  /// token pairs and an index of these finds them.
  virtual bool counts_edits() const { return false; }

  /// For queries with alternatives (tokens::Record): a distance to which each part of their tokens
  /// is a query token of its own, and writes these into `queries`. nullptr, and nothing written, if
  /// alternatives make no difference.
  virtual std::unique_ptr<const Distance> with_alternatives(
      std::vector<tokens::Record>& /*queries*/) const {
    return nullptr;
  }
  /// Whether the query's tokens are such parts. Several in a row may then be paired with the same
  /// document token, at a further cost for each two neighbours; the cost is the same in either
  /// order.
  virtual bool in_parts(Span<const Token> /*query*/) const { return false; }
  virtual int join(Token /*query*/, Token /*neighbour*/) const { return 0; }
  /// The string that was written for a query, or for a piece of it.
  virtual std::vector<Token> written(Span<const Token> query) const {
    return {query.begin(), query.end()};
  }

  /// By plain dynamic programming, O(m · n). The query must outlive the result.
  virtual std::unique_ptr<Rows> rows(Span<const Token> query) const;

  virtual LaneLayout layout(Span<const Token> /*query*/, SimdLevel) const { return {}; }
  /// The queries must be of one family (see `layout`) and outlive the result.
  virtual std::unique_ptr<Lanes> lanes(Strings, Mode, SimdLevel) const { return nullptr; }

  /// The cost of deleting the whole query: no match has a larger distance.
  std::size_t max_distance(Span<const Token> query) const;
  /// The most document tokens that a match within the bound can span.
  std::size_t longest_match(Span<const Token> query, std::size_t bound) const {
    return query.size() + bound / static_cast<std::size_t>(insertion());
  }
  /// The score of a query at this distance from a document, or from a part of it.
  double match_score(Span<const Token> query, std::size_t distance, Mode mode,
                     std::size_t document_tokens) const {
    return score(query, distance, length(mode, query.size(), document_tokens));
  }
  /// What an edit, or a bit, takes off that score.
  double unit_score(Span<const Token> query, Mode mode, std::size_t document_tokens) const {
    return match_score(query, 0, mode, document_tokens) -
           match_score(query, static_cast<std::size_t>(units()), mode, document_tokens);
  }

 protected:
  /// So that a score equal to the limit, but for the rounding of a decimal fraction, is within it.
  static constexpr double kScoreTolerance = 1e-9;
};

}  // namespace pairalign::align

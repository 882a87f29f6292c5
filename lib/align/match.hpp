// Where a query matches a document: matches and places, for any distance.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "align/distance.hpp"

namespace pairalign::align {

/// Where a query matches a document: document tokens [begin, end).
struct Match {
  std::size_t distance = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// A query prepared for comparison with one document after another; not thread-safe. The plain
/// computation that Scan is compared with.
class Matcher {
 public:
  /// The distance and the query's tokens must outlive it.
  Matcher(const Distance& distance, Span<const Token> query);

  /// The least distance. Against an empty document, and at most in infix mode, it is the cost of
  /// deleting the whole query.
  std::size_t distance(Span<const Token> document, Mode mode);

  /// The match at the least distance. Ties go to the smallest `end`, then to the largest `begin`:
  /// the first match, and the shortest there. Of a query that fits nowhere, the empty part [0, 0).
  /// In global mode the match is [0, n).
  Match best(Span<const Token> document, Mode mode);

  /// Non-overlapping places within `bound`, best first: the best match as above, then the best of
  /// those that share no token with it, and so on. None is empty. At most `count` of them; 0: all.
  std::vector<Match> places(Span<const Token> document, std::size_t bound, std::size_t count = 0);

 private:
  std::size_t begin_of(Span<const Token> document, std::size_t first, std::size_t end,
                       std::size_t distance);

  const Distance& distance_;
  Span<const Token> query_;
  std::size_t max_distance_;
  std::vector<Token> backwards_;
  std::unique_ptr<Rows> rows_;
  std::unique_ptr<Rows> backwards_rows_;
  std::vector<Token> reversed_text_;
  std::vector<std::uint32_t> values_, part_;
};

}  // namespace pairalign::align

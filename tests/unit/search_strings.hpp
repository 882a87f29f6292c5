// Strings to align, and the plain dynamic programming that our alignments are compared with.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "base/random.hpp"
#include "search/edit_distance.hpp"

namespace pairalign::test {

using search::Match;
using search::Token;
using Tokens = std::vector<Token>;

inline Tokens random_tokens(std::size_t length, unsigned alphabet, Random& random) {
  Tokens tokens(length);
  for (Token& token : tokens)
    token = static_cast<Token>(random.below(alphabet));
  return tokens;
}

// A copy with about one edit in `period` tokens.
inline Tokens edited(const Tokens& tokens, unsigned period, unsigned alphabet, Random& random) {
  Tokens out;
  for (const Token token : tokens) {
    const auto draw = random.below(3 * period);
    if (draw == 0) continue;
    out.push_back(draw == 1 ? static_cast<Token>(random.below(alphabet)) : token);
    if (draw == 2) out.push_back(static_cast<Token>(random.below(alphabet)));
  }
  return out;
}

// The oracle: the textbook matrix, one row per query token. `free_begin` lets a match begin at any
// column at no cost.
inline std::vector<std::vector<std::size_t>> matrix(const Tokens& a, const Tokens& b,
                                                    bool free_begin) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t j = 0; j <= b.size(); ++j)
    d[0][j] = free_begin ? 0 : j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    d[i][0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      d[i][j] =
          std::min({d[i - 1][j - 1] + (a[i - 1] != b[j - 1]), d[i - 1][j] + 1, d[i][j - 1] + 1});
    }
  }
  return d;
}

inline std::size_t slow_distance(const Tokens& a, const Tokens& b) {
  return matrix(a, b, false)[a.size()][b.size()];
}

// Smallest end of the smallest distance, then the largest begin whose stretch has that distance.
inline Match slow_infix(const Tokens& query, const Tokens& document) {
  const auto last = matrix(query, document, true)[query.size()];
  const auto best = std::min_element(last.begin(), last.end());
  Match match{*best, 0, static_cast<std::size_t>(best - last.begin())};
  for (std::size_t begin = match.end + 1; begin-- > 0;) {
    const Tokens stretch(document.begin() + static_cast<std::ptrdiff_t>(begin),
                         document.begin() + static_cast<std::ptrdiff_t>(match.end));
    if (slow_distance(query, stretch) == match.distance) {
      match.begin = begin;
      break;
    }
  }
  return match;
}

}  // namespace pairalign::test

// Strings to align, and the plain dynamic programming that our alignments are compared with.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "align/match.hpp"
#include "align/soft_cost.hpp"
#include "align/unit_cost.hpp"
#include "base/random.hpp"

namespace pairalign::test {

using align::Match;
using align::Token;
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

// Few different scores that add up to gaps, so that many alignments are equally good; or any, not
// even symmetric ones: nothing in an alignment needs that.
inline align::SoftCost random_cost(int vocabulary, bool coarse, Random& random) {
  std::vector<std::int8_t> scores(static_cast<std::size_t>(vocabulary * vocabulary));
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const bool same = i % static_cast<std::size_t>(vocabulary + 1) == 0;
    const int score =
        same ? static_cast<int>(random.uniform(10, 48)) : static_cast<int>(random.uniform(-40, 14));
    scores[i] = static_cast<std::int8_t>(
        coarse ? (static_cast<int>(random.below(4)) - 2) * align::SoftCost::kGap / 2 : score);
  }
  return {vocabulary, scores};
}

// The oracle: the textbook matrix, one row per query token. `free_begin` lets a match begin at any
// column at no cost.
inline std::vector<std::vector<std::size_t>> matrix(const align::Distance& distance,
                                                    const Tokens& a, const Tokens& b,
                                                    bool free_begin) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  const auto insertion = static_cast<std::size_t>(distance.insertion());
  for (std::size_t j = 0; j <= b.size(); ++j)
    d[0][j] = free_begin ? 0 : j * insertion;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    const auto deletion = static_cast<std::size_t>(distance.deletion(a[i - 1]));
    d[i][0] = d[i - 1][0] + deletion;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      d[i][j] = std::min(
          {d[i - 1][j - 1] + static_cast<std::size_t>(distance.substitution(a[i - 1], b[j - 1])),
           d[i - 1][j] + deletion, d[i][j - 1] + insertion});
    }
  }
  return d;
}

inline Tokens part(const Tokens& tokens, std::size_t begin, std::size_t end) {
  return {tokens.begin() + static_cast<std::ptrdiff_t>(begin),
          tokens.begin() + static_cast<std::ptrdiff_t>(end)};
}

// All parts of a document that a query matches within a bound, nearest first; of equally near ones
// the one with the smallest end, then the one with the largest begin. For each end the nearest
// parts are enough: whatever else ends there is taken after them, if ever.
inline std::vector<Match> slow_matches(const align::Distance& distance, const Tokens& query,
                                       const Tokens& document, std::size_t bound) {
  std::vector<Match> all;
  for (std::size_t begin = 0; begin < document.size(); ++begin) {
    const Tokens rest = part(document, begin, document.size());
    const auto last = matrix(distance, query, rest, false)[query.size()];
    for (std::size_t j = 1; j < last.size(); ++j) {
      if (last[j] <= bound && last[j] < distance.max_distance(query))
        all.push_back({last[j], begin, begin + j});
    }
  }
  std::sort(all.begin(), all.end(), [](const Match& a, const Match& b) {
    return a.distance != b.distance ? a.distance < b.distance
           : a.end != b.end         ? a.end < b.end
                                    : a.begin > b.begin;
  });
  return all;
}

// Of all matches, best first, those that share no token with one before.
inline std::vector<Match> slow_places(const align::Distance& distance, const Tokens& query,
                                      const Tokens& document, std::size_t bound,
                                      std::size_t count = 0) {
  std::vector<Match> places;
  for (const Match& match : slow_matches(distance, query, document, bound)) {
    const bool free = std::all_of(places.begin(), places.end(), [&](const Match& place) {
      return match.end <= place.begin || place.end <= match.begin;
    });
    if (free && (count == 0 || places.size() < count)) places.push_back(match);
  }
  return places;
}

inline bool equal(const std::vector<Match>& a, const std::vector<Match>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Match& x, const Match& y) {
    return x.distance == y.distance && x.begin == y.begin && x.end == y.end;
  });
}

}  // namespace pairalign::test

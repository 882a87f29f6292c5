#include "search/edit_distance.hpp"

#include <algorithm>

namespace pairalign::search {
namespace {

constexpr std::size_t kWordBits = 64;
// Columns between two looks at the bound: rare enough to cost nothing.
constexpr std::size_t kBoundInterval = 64;

// Vertical differences of one column within a block of 64 rows: bit i is set in `plus` where
// D[i] − D[i − 1] is +1, in `minus` where it is −1. Column 0 is 0, 1, 2, …
struct Block {
  std::uint64_t plus = ~std::uint64_t{0};
  std::uint64_t minus = 0;
};

// Horizontal differences D[i][j] − D[i][j − 1] of a block's rows.
struct Horizontal {
  std::uint64_t plus;
  std::uint64_t minus;
};

// Moves a block one column on. `carry` is the horizontal difference (−1, 0, 1) of the row above it,
// `equal` marks the rows whose query token is the column's document token.
inline Horizontal advance(Block& block, std::uint64_t equal, int carry) {
  const std::uint64_t carry_plus = carry > 0;
  const std::uint64_t carry_minus = carry < 0;
  const std::uint64_t vertical = equal | block.minus;
  equal |= carry_minus;
  const std::uint64_t diagonal = (((equal & block.plus) + block.plus) ^ block.plus) | equal;
  const Horizontal out{block.minus | ~(diagonal | block.plus), block.plus & diagonal};
  const std::uint64_t plus = (out.plus << 1) | carry_plus;
  const std::uint64_t minus = (out.minus << 1) | carry_minus;
  block.plus = minus | ~(vertical | plus);
  block.minus = plus & vertical;
  return out;
}

// A document read forwards or backwards.
struct Text {
  const Token* first;
  std::ptrdiff_t step;
  std::size_t size;

  Token operator[](std::size_t j) const { return first[static_cast<std::ptrdiff_t>(j) * step]; }
};

// Runs all blocks but the last over the document. Row strips, not columns: a block's state stays in
// registers, and what passes down to the next block is one horizontal difference per column.
// `top` is that of row 0: 0 where a match may begin anywhere, 1 where it begins with the document.
std::vector<std::int8_t> carries_into_last_block(const QueryProfile& query, const Text& text,
                                                 int top) {
  std::vector<std::int8_t> carries(text.size, static_cast<std::int8_t>(top));
  for (std::size_t b = 0; b + 1 < query.blocks(); ++b) {
    const std::uint64_t* masks = query.block_masks(b);
    Block block;
    for (std::size_t j = 0; j < text.size; ++j) {
      const Horizontal h = advance(block, masks[query.row(text[j])], carries[j]);
      carries[j] = static_cast<std::int8_t>(static_cast<int>(h.plus >> (kWordBits - 1)) -
                                            static_cast<int>(h.minus >> (kWordBits - 1)));
    }
  }
  return carries;
}

// Calls visit(j, D[m][j + 1]) for each column in turn, and every kBoundInterval columns
// stop(columns done, last value), which may end the scan.
template <class Carry, class Visit, class Stop>
void scan_last_block(const QueryProfile& query, const Text& text, Carry carry, Visit visit,
                     Stop stop) {
  const std::size_t last = query.blocks() - 1;
  const std::uint64_t* masks = query.block_masks(last);
  const std::size_t bit = (query.length() - 1) % kWordBits;
  Block block;
  std::size_t value = query.length();
  for (std::size_t j = 0; j < text.size;) {
    const std::size_t pause = std::min(text.size, j + kBoundInterval);
    for (; j < pause; ++j) {
      const Horizontal h = advance(block, masks[query.row(text[j])], carry(j));
      value += (h.plus >> bit) & 1;
      value -= (h.minus >> bit) & 1;
      visit(j, value);
    }
    if (stop(j, value)) return;
  }
}

// The last row of the matrix, column by column; see scan_last_block.
template <class Visit, class Stop>
void scan_last_row(const QueryProfile& query, const Text& text, int top, Visit visit, Stop stop) {
  if (query.blocks() > 1) {
    const std::vector<std::int8_t> carries = carries_into_last_block(query, text, top);
    scan_last_block(
        query, text, [&](std::size_t j) { return carries[j]; }, visit, stop);
  } else if (top == 0) {
    scan_last_block(
        query, text, [](std::size_t) { return 0; }, visit, stop);
  } else {
    scan_last_block(
        query, text, [](std::size_t) { return 1; }, visit, stop);
  }
}

std::optional<MatchEnd> within(const MatchEnd& found, const DistanceConfig& config) {
  if (config.max_distance && found.distance > *config.max_distance) return std::nullopt;
  return found;
}

std::optional<MatchEnd> infix_end(const QueryProfile& query, const Text& text,
                                  const DistanceConfig& config) {
  MatchEnd best{query.length(), 0};
  // Below the bound, only what is within it counts as better.
  if (config.max_distance && *config.max_distance < best.distance) {
    best.distance = *config.max_distance + 1;
  }
  const auto visit = [&](std::size_t j, std::size_t value) {
    if (value < best.distance) best = {value, j + 1};
  };
  // Neighbours in a row differ by at most 1, so `value` falls by at most one a column.
  const auto stop = [&](std::size_t done, std::size_t value) {
    return value >= best.distance + (text.size - done);
  };
  scan_last_row(query, text, 0, visit, stop);
  return within(best, config);
}

std::optional<MatchEnd> global_end(const QueryProfile& query, const Text& text,
                                   const DistanceConfig& config) {
  const std::size_t bound = config.max_distance.value_or(query.length() + text.size);
  const std::size_t length = query.length();
  if (std::max(length, text.size) - std::min(length, text.size) > bound) return std::nullopt;
  MatchEnd found{length, text.size};
  const auto visit = [&](std::size_t, std::size_t value) { found.distance = value; };
  const auto stop = [&](std::size_t done, std::size_t value) {
    return value > bound + (text.size - done);
  };
  scan_last_row(query, text, 1, visit, stop);
  return within(found, config);
}

}  // namespace

QueryProfile::QueryProfile(Span<const Token> query)
    : length_(query.size()), blocks_((query.size() + kWordBits - 1) / kWordBits) {
  const auto largest = std::max_element(query.begin(), query.end());
  row_of_.assign(query.empty() ? 1 : std::size_t{*largest} + 2, 0);
  for (const Token token : query) {
    if (row_of_[token] == 0) row_of_[token] = static_cast<std::uint32_t>(rows_++);
  }
  masks_.assign(blocks_ * rows_, 0);
  for (std::size_t i = 0; i < length_; ++i) {
    masks_[i / kWordBits * rows_ + row_of_[query[i]]] |= std::uint64_t{1} << (i % kWordBits);
  }
}

std::optional<MatchEnd> find_match_end(const QueryProfile& query, Span<const Token> document,
                                       const DistanceConfig& config) {
  const bool infix = config.mode == Mode::infix;
  const Text text{document.data(), 1, document.size()};
  if (query.length() == 0) {
    return within(infix ? MatchEnd{0, 0} : MatchEnd{text.size, text.size}, config);
  }
  return infix ? infix_end(query, text, config) : global_end(query, text, config);
}

Match locate_match(const QueryProfile& reversed, Span<const Token> document, const MatchEnd& end) {
  // An alignment at distance d leaves out at most d query tokens, or spans at most d more.
  const std::size_t reach = std::min(end.end, reversed.length() + end.distance);
  Match match{end.distance, end.end, end.end};
  if (reach == 0 || end.distance == reversed.length()) return match;
  const Text backwards{document.data() + (end.end - 1), -1, reach};
  bool located = false;
  const auto visit = [&](std::size_t j, std::size_t value) {
    if (!located && value == end.distance) {
      match.begin = end.end - (j + 1);
      located = true;
    }
  };
  const auto stop = [&](std::size_t, std::size_t) { return located; };
  scan_last_row(reversed, backwards, 1, visit, stop);
  return match;
}

std::optional<Match> align(Span<const Token> query, Span<const Token> document,
                           const DistanceConfig& config) {
  const auto end = find_match_end(QueryProfile(query), document, config);
  if (!end) return std::nullopt;
  if (config.mode == Mode::global) return Match{end->distance, 0, end->end};
  const std::vector<Token> reversed(query.rbegin(), query.rend());
  return locate_match(QueryProfile(reversed), document, *end);
}

std::size_t edit_distance(Span<const Token> a, Span<const Token> b) {
  // The shorter one as the query: fewer blocks, or none at all when it is empty.
  const auto& query = a.size() <= b.size() ? a : b;
  const auto& document = a.size() <= b.size() ? b : a;
  return find_match_end(QueryProfile(query), document, {Mode::global, {}})->distance;
}

}  // namespace pairalign::search

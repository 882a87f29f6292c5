#include "align/unit_cost.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace pairalign::align {
namespace {

constexpr std::size_t kWordBits = 64;

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

  int at(std::size_t bit) const {
    return static_cast<int>(plus >> bit & 1) - static_cast<int>(minus >> bit & 1);
  }
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

// For each of the query's distinct tokens, the bit vector of the query positions that hold it.
class BitRows : public Rows {
 public:
  explicit BitRows(Span<const Token> query)
      : length_(query.size()), blocks_((query.size() + kWordBits - 1) / kWordBits) {
    const auto largest = std::max_element(query.begin(), query.end());
    row_of_.assign(query.empty() ? 1 : std::size_t{*largest} + 2, 0);
    for (const Token token : query) {
      if (row_of_[token] == 0) row_of_[token] = static_cast<std::uint32_t>(rows_++);
    }
    masks_.assign(blocks_ * rows_, 0);
    for (std::size_t i = 0; i < length_; ++i)
      masks_[i / kWordBits * rows_ + row_of_[query[i]]] |= std::uint64_t{1} << (i % kWordBits);
  }

  // Row strips, not columns: a block's state stays in registers, and only one horizontal difference
  // per column is passed down to the next block.
  void values(Span<const Token> text, Start start, std::vector<std::uint32_t>& values) override {
    const int top = start == Start::front ? 1 : 0;
    values.resize(text.size());
    if (blocks_ == 0) {
      for (std::size_t j = 0; j < text.size(); ++j)
        values[j] = static_cast<std::uint32_t>(top) * static_cast<std::uint32_t>(j + 1);
      return;
    }
    if (blocks_ == 1) {
      last_block(
          text, [&](std::size_t) { return top; }, values);
      return;
    }
    carries_.assign(text.size(), static_cast<std::int8_t>(top));
    for (std::size_t b = 0; b + 1 < blocks_; ++b) {
      const std::uint64_t* masks = masks_.data() + b * rows_;
      Block block;
      for (std::size_t j = 0; j < text.size(); ++j) {
        const Horizontal step = advance(block, masks[row(text[j])], carries_[j]);
        carries_[j] = static_cast<std::int8_t>(step.at(kWordBits - 1));
      }
    }
    last_block(
        text, [&](std::size_t j) { return carries_[j]; }, values);
  }

 private:
  template <class Carry>
  void last_block(Span<const Token> text, Carry carry, std::vector<std::uint32_t>& values) const {
    const std::uint64_t* masks = masks_.data() + (blocks_ - 1) * rows_;
    const std::size_t bit = (length_ - 1) % kWordBits;
    Block block;
    auto value = static_cast<int>(length_);
    const Token* tokens = text.data();
    for (std::size_t j = 0; j < values.size(); ++j) {
      value += advance(block, masks[row(tokens[j])], carry(j)).at(bit);
      values[j] = static_cast<std::uint32_t>(value);
    }
  }

  // Tokens that are not in the query share row 0, which is all zero.
  std::uint32_t row(Token token) const {
    return row_of_[token < row_of_.size() ? token : row_of_.size() - 1];
  }

  std::size_t length_;
  std::size_t blocks_;
  std::size_t rows_ = 1;
  std::vector<std::uint32_t> row_of_;  // by token, up to the query's largest, then one more: row 0
  std::vector<std::uint64_t> masks_;   // (blocks, rows)
  std::vector<std::int8_t> carries_;
};

}  // namespace

std::size_t UnitCost::length(Mode mode, std::size_t query_tokens,
                             std::size_t document_tokens) const {
  return mode == Mode::infix ? query_tokens : std::max(query_tokens, document_tokens);
}

double UnitCost::score(Span<const Token>, std::size_t distance, std::size_t length) const {
  return 1 - static_cast<double>(distance) / static_cast<double>(length);
}

std::optional<std::size_t> UnitCost::bound(Span<const Token>, double min_score,
                                           std::size_t length) const {
  const double limit = std::floor((1 - min_score) * static_cast<double>(length) + kScoreTolerance);
  if (limit < 0) return std::nullopt;
  return std::min(static_cast<std::size_t>(limit), length - 1);
}

std::size_t UnitCost::min_distance(Mode mode, std::size_t query_tokens,
                                   std::size_t document_tokens) const {
  if (query_tokens > document_tokens) return query_tokens - document_tokens;
  return mode == Mode::global ? document_tokens - query_tokens : 0;
}

std::unique_ptr<Rows> UnitCost::rows(Span<const Token> query) const {
  return std::make_unique<BitRows>(query);
}

std::size_t edit_distance(Span<const Token> a, Span<const Token> b) {
  // The shorter one as the query: fewer blocks, or none at all when it is empty.
  const auto& query = a.size() <= b.size() ? a : b;
  const auto& document = a.size() <= b.size() ? b : a;
  if (document.empty()) return 0;
  std::vector<std::uint32_t> values;
  BitRows(query).values(document, Start::front, values);
  return values.back();
}

}  // namespace pairalign::align

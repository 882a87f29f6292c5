#include "search/lane_profile.hpp"

#include <algorithm>
#include <cstring>

#include "base/multiversion.hpp"

namespace pairalign::search {
namespace {

// Up to here tokens are their own numbers, which spares a look-up for each: a table with a row for
// every token still stays in the cache.
constexpr std::size_t kMostOwnNumbers = 1024;

constexpr std::size_t kStep = 16;
using Step = RowNumber __attribute__((vector_size(kStep * sizeof(RowNumber))));

// The last step may repeat some of the one before it: short texts leave no rest to do one by one.
PAIRALIGN_MULTIVERSION
void clamp(const Token* tokens, std::size_t count, RowNumber most, RowNumber* rows) {
  if (count < kStep) {
    for (std::size_t i = 0; i < count; ++i)
      rows[i] = std::min<RowNumber>(tokens[i], most);
    return;
  }
  const Step limit = most - Step{};
  for (std::size_t done = 0; done < count; done += kStep) {
    const std::size_t at = std::min(done, count - kStep);
    Step step;
    std::memcpy(&step, tokens + at, sizeof step);
    step = step < limit ? step : limit;
    std::memcpy(rows + at, &step, sizeof step);
  }
}

}  // namespace

TokenRows::TokenRows(Span<const Span<const Token>> queries) {
  std::size_t end = 0;
  for (const Span<const Token>& query : queries) {
    for (const Token token : query)
      end = std::max(end, std::size_t{token} + 1);
  }
  if (end < kMostOwnNumbers) {
    rows_ = end + 2;
    other_ = static_cast<RowNumber>(end);
    return;
  }
  other_ = 0;
  rows_ = 1;
  row_of_.assign(end + 1, other_);
  for (const Span<const Token>& query : queries) {
    for (const Token token : query) {
      if (row_of_[token] == other_) row_of_[token] = static_cast<RowNumber>(rows_++);
    }
  }
  ++rows_;
}

RowNumber TokenRows::row(Token token) const {
  if (row_of_.empty()) return std::min<RowNumber>(token, other_);
  return row_of_[std::min<std::size_t>(token, row_of_.size() - 1)];
}

void TokenRows::number(const Token* tokens, std::size_t count, RowNumber* rows) const {
  if (row_of_.empty()) {
    clamp(tokens, count, other_, rows);
    return;
  }
  const RowNumber* row_of = row_of_.data();
  const std::size_t last = row_of_.size() - 1;
  for (std::size_t i = 0; i < count; ++i)
    rows[i] = row_of[std::min<std::size_t>(tokens[i], last)];
}

template <class Word>
LaneProfile<Word>::LaneProfile(Span<const Span<const Token>> queries, std::size_t width, Mode mode)
    : token_rows_(queries), width_(width), mode_(mode), lengths_(width, 0) {
  for (std::size_t place = 0; place < queries.size(); ++place) {
    lengths_[place] = static_cast<Word>(queries[place].size());
    blocks_ = std::max(blocks_, blocks_of(queries[place].size()));
  }
  masks_.assign(blocks_ * token_rows_.rows() * width_, 0);
  first_plus_.assign(blocks_ * width_, 0);
  for (std::size_t place = 0; place < width_; ++place) {
    const std::size_t filled = blocks_ * kWordBits - lengths_[place];
    fill_masks(place, filled, place < queries.size() ? queries[place] : Span<const Token>());
    for (std::size_t bit = filled; bit < blocks_ * kWordBits; ++bit)
      first_plus_[bit / kWordBits * width_ + place] |= Word{1} << (bit % kWordBits);
  }
}

// The rows before a query's first, `filled` of them, must repeat the row above the matrix. Where
// that is 0, as in infix mode and before a text begins, they equal every token; where it is 1, 2,
// 3, …, none.
template <class Word>
void LaneProfile<Word>::fill_masks(std::size_t place, std::size_t filled, Span<const Token> query) {
  const std::size_t rows = token_rows_.rows();
  const std::size_t first = mode_ == Mode::infix ? 0 : token_rows_.blank();
  for (std::size_t bit = 0; bit < filled; ++bit) {
    for (std::size_t row = first; row < rows; ++row)
      masks_[(bit / kWordBits * rows + row) * width_ + place] |= Word{1} << (bit % kWordBits);
  }
  for (std::size_t i = 0; i < query.size(); ++i) {
    const std::size_t bit = filled + i;
    const std::size_t row = token_rows_.row(query[i]);
    masks_[(bit / kWordBits * rows + row) * width_ + place] |= Word{1} << (bit % kWordBits);
  }
}

template class LaneProfile<std::uint32_t>;
template class LaneProfile<std::uint64_t>;

}  // namespace pairalign::search

#include "search/lane_scanner.hpp"

#include <algorithm>
#include <bitset>

namespace pairalign::search {

template <class Word>
void LaneScanner<Word>::scan_shared(const LaneProfile<Word>& profile, Span<const Token> text,
                                    std::uint32_t* distances) {
  run(profile, kernel_.shared_text, Span<const Span<const Token>>(&text, 1));
  for (std::size_t place = 0; place < profile.width(); ++place)
    distances[place] = distance(profile, place, text.size());
}

template <class Word>
void LaneScanner<Word>::scan_own(const LaneProfile<Word>& profile,
                                 Span<const Span<const Token>> texts, std::uint32_t* distances) {
  run(profile, kernel_.own_text, texts);
  for (std::size_t lane = 0; lane < texts.size(); ++lane)
    distances[lane] = distance(profile, lane, texts[lane].size());
}

// All texts end in the same column: those that are shorter begin behind columns that change
// nothing, as their token equals none of the query's and the row above the matrix stays 0.
template <class Word>
void LaneScanner<Word>::run(const LaneProfile<Word>& profile, const LaneFunction<Word>* functions,
                            Span<const Span<const Token>> texts) {
  begin(profile, texts.size());
  std::size_t longest = 0;
  for (const Span<const Token>& text : texts)
    longest = std::max(longest, text.size());
  for (std::size_t done = 0; done < longest; done += kLaneColumns) {
    const std::size_t columns = std::min(kLaneColumns, longest - done);
    number_rows(profile.token_rows(), texts, longest, done, columns);
    if (profile.mode() == Mode::global) start_carries(texts, longest, done, columns);
    run_blocks(profile, functions, columns);
  }
}

template <class Word>
void LaneScanner<Word>::begin(const LaneProfile<Word>& profile, std::size_t texts) {
  const std::size_t lanes = kernel_.lanes;
  const std::size_t blocks = profile.blocks();
  spread(profile.first_plus(), profile.width(), plus_);
  spread(profile.lengths(), profile.width(), value_);
  minus_.assign(blocks * lanes, 0);
  lowest_ = value_;
  if (profile.width() == lanes) {
    rows_.resize(kLaneStride);
  } else if (texts < lanes) {
    rows_.assign(lanes * kLaneStride, profile.token_rows().blank());  // lanes without a text
  } else {
    rows_.resize(lanes * kLaneStride);
  }
  if (blocks > 1 || profile.mode() == Mode::global) {
    carry_plus_.resize(kLaneColumns * lanes);
    carry_minus_.resize(kLaneColumns * lanes);
  }
}

// (blocks, width) of the profile to (blocks, lanes): as they are, or the same in all lanes.
template <class Word>
void LaneScanner<Word>::spread(const std::vector<Word>& from, std::size_t width,
                               std::vector<Word>& to) const {
  if (width == kernel_.lanes) {
    to = from;
    return;
  }
  to.resize(from.size() * kernel_.lanes);
  for (std::size_t b = 0; b < from.size(); ++b)
    std::fill_n(to.begin() + static_cast<std::ptrdiff_t>(b * kernel_.lanes), kernel_.lanes,
                from[b]);
}

template <class Word>
void LaneScanner<Word>::number_rows(const TokenRows& numbers, Span<const Span<const Token>> texts,
                                    std::size_t longest, std::size_t done, std::size_t columns) {
  RowNumber* rows = rows_.data();
  for (const Span<const Token>& text : texts) {
    const std::size_t start = longest - text.size();
    const std::size_t before = start > done ? std::min(columns, start - done) : 0;
    std::fill_n(rows, before, numbers.blank());
    if (before < columns) {
      numbers.number(text.data() + (done + before - start), columns - before, rows + before);
    }
    std::fill_n(rows + columns, kLaneAhead, numbers.blank());
    rows += kLaneStride;
  }
}

// Row 0 in global mode: 0, 1, 2, … from where a text begins.
template <class Word>
void LaneScanner<Word>::start_carries(Span<const Span<const Token>> texts, std::size_t longest,
                                      std::size_t done, std::size_t columns) {
  const std::size_t lanes = kernel_.lanes;
  std::fill_n(carry_minus_.begin(), columns * lanes, Word{0});
  std::fill_n(carry_plus_.begin(), columns * lanes, Word{1});
  for (std::size_t lane = 0; lane < texts.size(); ++lane) {
    const std::size_t start = longest - texts[lane].size();
    for (std::size_t j = 0; j < columns && done + j < start; ++j)
      carry_plus_[j * lanes + lane] = 0;
  }
}

template <class Word>
void LaneScanner<Word>::run_blocks(const LaneProfile<Word>& profile,
                                   const LaneFunction<Word>* functions, std::size_t columns) {
  const std::size_t lanes = kernel_.lanes;
  const std::size_t blocks = profile.blocks();
  for (std::size_t b = 0; b < blocks; ++b) {
    BlockPlace place = kMiddleBlock;
    if (profile.mode() == Mode::infix) {
      const bool last = b + 1 == blocks;
      if (b == 0)
        place = last ? kSingleBlock : kFirstBlock;
      else if (last)
        place = kLastBlock;
    }
    functions[place]({columns, profile.masks(b), rows_.data(), plus_.data() + b * lanes,
                      minus_.data() + b * lanes, carry_plus_.data(), carry_minus_.data(),
                      value_.data(), lowest_.data()});
  }
}

template <class Word>
std::uint32_t LaneScanner<Word>::distance(const LaneProfile<Word>& profile, std::size_t lane,
                                          std::size_t text_tokens) const {
  if (profile.mode() == Mode::infix) return static_cast<std::uint32_t>(lowest_[lane]);
  // Down the last column, from its cell in row 0.
  std::size_t value = text_tokens;
  for (std::size_t at = lane; at < plus_.size(); at += kernel_.lanes) {
    value += std::bitset<64>(plus_[at]).count();
    value -= std::bitset<64>(minus_[at]).count();
  }
  return static_cast<std::uint32_t>(value);
}

template class LaneScanner<std::uint32_t>;
template class LaneScanner<std::uint64_t>;

}  // namespace pairalign::search

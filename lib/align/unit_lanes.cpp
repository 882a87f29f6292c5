// Unit costs in SIMD lanes.
//
// Measured on one core of a Zen 4, queries of 38 tokens: 1.8 G tokens/s for one query and 3.1 G in
// total for 16 together, 1.0 and 2.4 G where documents have 51 tokens; with AVX2 two thirds of
// that. One pair of strings at a time: 0.3 G.
#include <algorithm>
#include <bitset>
#include <cstring>
#include <limits>
#include <vector>

#include "align/lane_kernel.hpp"
#include "align/unit_cost.hpp"
#include "base/multiversion.hpp"

namespace pairalign::align {
namespace {

// Longer queries run alone: side by side, their bit vectors would take too much memory.
constexpr std::size_t kMaxSharedBlocks = 4;
// With fewer token values than this, tokens are their own row numbers, which saves a look-up for
// each: a table with a row for every token still fits the cache.
constexpr std::size_t kMaxOwnNumbers = 1024;

constexpr std::size_t kStep = 16;
using Step = RowNumber __attribute__((vector_size(kStep * sizeof(RowNumber))));

// The last step may overlap the one before it: short texts leave no remainder to do one by one.
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

// Numbers the tokens of some queries, to index their bit vectors. Tokens that no query holds share
// one number; one more, `blank()`, stands for the columns before a text begins.
class TokenRows {
 public:
  // This many tokens never need more numbers than RowNumber has.
  static constexpr std::size_t kMaxTokens = std::numeric_limits<RowNumber>::max() - 1;

  // At most kMaxTokens in all.
  explicit TokenRows(Strings queries) {
    std::size_t end = 0;
    for (const Span<const Token>& query : queries) {
      for (const Token token : query)
        end = std::max(end, std::size_t{token} + 1);
    }
    if (end < kMaxOwnNumbers) {
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

  std::size_t rows() const { return rows_; }
  RowNumber blank() const { return static_cast<RowNumber>(rows_ - 1); }
  RowNumber row(Token token) const {
    if (row_of_.empty()) return std::min<RowNumber>(token, other_);
    return row_of_[std::min<std::size_t>(token, row_of_.size() - 1)];
  }
  void number(const Token* tokens, std::size_t count, RowNumber* rows) const {
    if (row_of_.empty()) {
      clamp(tokens, count, other_, rows);
      return;
    }
    const RowNumber* row_of = row_of_.data();
    const std::size_t last = row_of_.size() - 1;
    for (std::size_t i = 0; i < count; ++i)
      rows[i] = row_of[std::min<std::size_t>(tokens[i], last)];
  }

 private:
  std::size_t rows_;
  RowNumber other_;
  // By token, up to the largest of the queries, then one more: `other_`. Empty where there are few
  // token values: then each is its own number.
  std::vector<RowNumber> row_of_;
};

template <class Word>
constexpr std::size_t kWordBits = 8 * sizeof(Word);

template <class Word>
std::size_t blocks_of(std::size_t query_tokens) {
  return (query_tokens + kWordBits<Word> - 1) / kWordBits<Word>;
}

// The bit vectors of queries side by side: a query in each lane, or one for all lanes.
template <class Word>
class Profile : public Lanes {
 public:
  Profile(Strings strings, Mode wanted, const UnitKernel<Word>& with)
      : kernel(with),
        mode(wanted),
        rows(strings),
        queries(strings.size()),
        width(strings.size() == 1 ? 1 : with.lanes) {
    for (const Span<const Token>& query : strings)
      blocks = std::max(blocks, blocks_of<Word>(query.size()));
    masks.assign(blocks * rows.rows() * width, 0);
    lengths.assign(with.lanes, 0);
    first_plus.assign(blocks * with.lanes, 0);
    constexpr std::size_t kBits = kWordBits<Word>;
    for (std::size_t lane = 0; lane < with.lanes; ++lane) {
      const std::size_t place = width == 1 ? 0 : lane;
      const Span<const Token> query = place < queries ? strings[place] : Span<const Token>();
      const std::size_t padding = blocks * kBits - query.size();
      lengths[lane] = static_cast<Word>(query.size());
      for (std::size_t bit = padding; bit < blocks * kBits; ++bit)
        first_plus[bit / kBits * with.lanes + lane] |= Word{1} << (bit % kBits);
      if (lane < width) fill_masks(place, padding, query);
    }
  }

  std::unique_ptr<LaneRun> start() const override;

  // (rows, width)
  const Word* block_masks(std::size_t block) const {
    return masks.data() + block * rows.rows() * width;
  }

  const UnitKernel<Word>& kernel;
  Mode mode;
  TokenRows rows;
  std::size_t queries;
  std::size_t width;  // places for queries, of which some may stay empty
  std::size_t blocks = 1;
  std::vector<Word> masks;       // (blocks, rows, width)
  std::vector<Word> lengths;     // (lanes): 0 where a place is empty
  std::vector<Word> first_plus;  // (blocks, lanes): the vertical differences of 1 before the first
                                 // column: those of all rows that belong to a query

 private:
  // The `padding` rows above a query's first must repeat the row above the matrix. Where that is 0,
  // as in infix mode and before a text begins, they match every token; where it is 1, 2, 3, …,
  // none.
  void fill_masks(std::size_t place, std::size_t padding, Span<const Token> query) {
    const auto set = [&](std::size_t bit, std::size_t row) {
      masks[(bit / kWordBits<Word> * rows.rows() + row) * width + place] |=
          Word{1} << (bit % kWordBits<Word>);
    };
    for (std::size_t bit = 0; bit < padding; ++bit) {
      for (std::size_t row = mode == Mode::infix ? 0 : rows.blank(); row < rows.rows(); ++row)
        set(bit, row);
    }
    for (std::size_t i = 0; i < query.size(); ++i)
      set(padding + i, rows.row(query[i]));
  }
};

template <class Word>
class UnitRun : public LaneRun {
 public:
  explicit UnitRun(const Profile<Word>& profile)
      : profile_(profile), lanes_(profile.kernel.lanes) {}

  // All texts end in the same column: shorter ones are preceded by columns that change nothing, as
  // their token matches none of the query's and the row above the matrix stays 0.
  void measure(Strings texts, std::uint32_t* distances) override {
    begin(texts.size());
    std::size_t longest = 0;
    for (const Span<const Token>& text : texts)
      longest = std::max(longest, text.size());
    for (std::size_t done = 0; done < longest; done += kLaneColumns) {
      const std::size_t columns = std::min(kLaneColumns, longest - done);
      number_rows(texts, longest, done, columns);
      if (profile_.mode == Mode::global) start_carries(texts, longest, done, columns);
      run_blocks(columns);
    }
    const bool shared = profile_.queries > 1;
    for (std::size_t lane = 0; lane < (shared ? profile_.queries : texts.size()); ++lane)
      distances[lane] = distance(lane, texts[shared ? 0 : lane].size());
  }

 private:
  void begin(std::size_t texts) {
    plus_ = profile_.first_plus;
    minus_.assign(profile_.blocks * lanes_, 0);
    value_ = lowest_ = profile_.lengths;
    if (profile_.queries > 1) {
      rows_.resize(kLaneStride);
    } else if (texts < lanes_) {
      rows_.assign(lanes_ * kLaneStride, profile_.rows.blank());  // lanes without a text
    } else {
      rows_.resize(lanes_ * kLaneStride);
    }
    if (profile_.blocks > 1 || profile_.mode == Mode::global) {
      carry_plus_.resize(kLaneColumns * lanes_);
      carry_minus_.resize(kLaneColumns * lanes_);
    }
  }

  void number_rows(Strings texts, std::size_t longest, std::size_t done, std::size_t columns) {
    RowNumber* rows = rows_.data();
    for (const Span<const Token>& text : texts) {
      const std::size_t start = longest - text.size();
      const std::size_t before = start > done ? std::min(columns, start - done) : 0;
      std::fill_n(rows, before, profile_.rows.blank());
      if (before < columns) {
        profile_.rows.number(text.data() + (done + before - start), columns - before,
                             rows + before);
      }
      std::fill_n(rows + columns, kLaneAhead, profile_.rows.blank());
      rows += kLaneStride;
    }
  }

  // Row 0 in global mode: 0, 1, 2, … from where a text begins.
  void start_carries(Strings texts, std::size_t longest, std::size_t done, std::size_t columns) {
    std::fill_n(carry_minus_.begin(), columns * lanes_, Word{0});
    std::fill_n(carry_plus_.begin(), columns * lanes_, Word{1});
    for (std::size_t lane = 0; lane < texts.size(); ++lane) {
      const std::size_t start = longest - texts[lane].size();
      for (std::size_t j = 0; j < columns && done + j < start; ++j)
        carry_plus_[j * lanes_ + lane] = 0;
    }
  }

  void run_blocks(std::size_t columns) {
    const UnitFunction<Word>* functions =
        profile_.queries > 1 ? profile_.kernel.shared_text : profile_.kernel.own_text;
    for (std::size_t b = 0; b < profile_.blocks; ++b) {
      BlockPlace place = kMiddleBlock;
      if (profile_.mode == Mode::infix) {
        const bool last = b + 1 == profile_.blocks;
        if (b == 0)
          place = last ? kSingleBlock : kFirstBlock;
        else if (last)
          place = kLastBlock;
      }
      functions[place]({columns, profile_.block_masks(b), rows_.data(), plus_.data() + b * lanes_,
                        minus_.data() + b * lanes_, carry_plus_.data(), carry_minus_.data(),
                        value_.data(), lowest_.data()});
    }
  }

  std::uint32_t distance(std::size_t lane, std::size_t text_tokens) const {
    if (profile_.mode == Mode::infix) return static_cast<std::uint32_t>(lowest_[lane]);
    // Summed down the last column, from its cell in row 0.
    std::size_t value = text_tokens;
    for (std::size_t at = lane; at < plus_.size(); at += lanes_) {
      value += std::bitset<64>(plus_[at]).count();
      value -= std::bitset<64>(minus_[at]).count();
    }
    return static_cast<std::uint32_t>(value);
  }

  const Profile<Word>& profile_;
  std::size_t lanes_;
  // See UnitColumns.
  std::vector<RowNumber> rows_;
  std::vector<Word> plus_, minus_;              // (blocks, lanes)
  std::vector<Word> carry_plus_, carry_minus_;  // (kLaneColumns, lanes); none where not needed
  std::vector<Word> value_, lowest_;            // (lanes)
};

template <class Word>
std::unique_ptr<LaneRun> Profile<Word>::start() const {
  return std::make_unique<UnitRun<Word>>(*this);
}

bool is_narrow(std::size_t query_tokens) {
  return query_tokens <= kWordBits<std::uint32_t>;
}

}  // namespace

LaneLayout UnitCost::layout(Span<const Token> query, SimdLevel level) const {
  const Kernels* found = kernels(level);
  if (found == nullptr || query.empty() || query.size() > TokenRows::kMaxTokens) return {};
  const std::size_t blocks = blocks_of<std::uint64_t>(query.size());
  LaneLayout layout{found->unit64.lanes, found->unit64.shared_from, blocks};
  if (is_narrow(query.size())) layout = {found->unit32.lanes, found->unit32.shared_from, blocks};
  if (blocks > kMaxSharedBlocks) layout.shared_from = layout.lanes + 1;
  return layout;
}

// The first query, which is the longest, decides the word size.
std::unique_ptr<Lanes> UnitCost::lanes(Strings queries, Mode mode, SimdLevel level) const {
  const Kernels& found = *kernels(level);
  if (is_narrow(queries[0].size()))
    return std::make_unique<Profile<std::uint32_t>>(queries, mode, found.unit32);
  return std::make_unique<Profile<std::uint64_t>>(queries, mode, found.unit64);
}

}  // namespace pairalign::align

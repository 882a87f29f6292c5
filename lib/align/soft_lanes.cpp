// Soft costs in SIMD lanes: scores of token pairs from a table.
//
// Cells have 16 bits where no score can overflow them, else 32. Measured on one core of a Zen 4,
// queries of 38 tokens: 0.28 G tokens/s for one query, 0.5 G in total for 32 together.
#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include "align/lane_kernel.hpp"
#include "align/soft_cost.hpp"

namespace pairalign::align {
namespace {

constexpr std::size_t kLanes = kSoftLanes;
constexpr int kLowestScore = std::numeric_limits<std::int8_t>::min();
static_assert(SoftCost::kGap <= -kLowestScore, "the lowest score must not pay");

// From this many queries on, a query per lane is faster than a document per lane, one query after
// another.
constexpr std::size_t kSharedFrom = 22;
// Longer queries run alone: side by side, their scores would take too much memory.
constexpr std::size_t kMaxSharedTokens = 256;
// Columns laid out at a time.
constexpr std::size_t kColumns = 256;

// Whether no cell can overflow 16 bits: upwards with a score of 127 in each row, downwards with a
// gap for each token of both strings and then the lowest score.
bool fits_16_bits(std::size_t rows, std::size_t document_tokens, Mode mode) {
  constexpr std::size_t kMaxRows = std::numeric_limits<std::int16_t>::max() / 127;
  constexpr std::size_t kMaxTokens =
      (-std::numeric_limits<std::int16_t>::min() + kLowestScore) / SoftCost::kGap - 1;
  return rows <= kMaxRows && rows + (mode == Mode::global ? document_tokens : 0) <= kMaxTokens;
}

// Queries side by side, or one for all lanes.
//
// Shorter queries, and lanes without one, are padded at the top with rows whose cells must equal
// the row above the matrix. In infix mode that row is 0, which scores of 0 preserve; in global mode
// it falls by a gap per column, which the lowest score preserves, as it never beats a gap. Before a
// lane's own text begins, the first column must repeat: every row has the lowest score, and the row
// above does not fall.
class SoftLanes : public Lanes {
 public:
  SoftLanes(Strings queries, const SoftCost& cost, Mode wanted, const Kernels& with)
      : kernels(with),
        mode(wanted),
        shared(queries.size() > 1),
        in_parts(cost.in_parts(queries[0])),
        unknown(static_cast<std::size_t>(cost.vocabulary())),
        blank(unknown + 1) {
    for (const Span<const Token>& query : queries) {
      rows = std::max(rows, query.size());
      best_possible.push_back(cost.best_possible(query));
    }
    const std::size_t width = shared ? kLanes : 1;
    const std::size_t stored =
        shared ? rows : (rows + kSoftRowStep - 1) / kSoftRowStep * kSoftRowStep;
    const int padding = shared && mode == Mode::infix ? 0 : kLowestScore;
    scores.assign((blank + 1) * stored * width, static_cast<std::int8_t>(padding));
    first_column.assign(rows * kLanes, 0);
    if (in_parts) joins.assign(rows * kLanes, 0);
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      if (shared && lane >= queries.size()) break;
      const Span<const Token>& query = queries[shared ? lane : 0];
      const std::size_t padded = rows - query.size();
      for (std::size_t i = 0; i < query.size(); ++i) {
        const std::size_t at = (padded + i) * kLanes + lane;
        first_column[at] = -SoftCost::kGap * static_cast<int>(i + 1);
        if (in_parts && i > 0)
          joins[at] = static_cast<std::int8_t>(cost.join(query[i - 1], query[i]));
        if (lane >= width) continue;
        for (std::size_t token = 0; token <= unknown; ++token) {
          scores[(token * stored + padded + i) * width + lane] =
              static_cast<std::int8_t>(cost.score_of(query[i], static_cast<Token>(token)));
        }
      }
    }
  }

  std::unique_ptr<LaneRun> start() const override;

  const Kernels& kernels;
  Mode mode;
  bool shared;
  bool in_parts;
  std::size_t unknown;  // stands for the tokens beyond the vocabulary
  std::size_t blank;    // stands for columns before a text begins
  std::size_t rows = 0;
  std::vector<std::int8_t> scores;  // laid out as in SoftColumns
  std::vector<int> first_column;    // (rows, lanes)
  std::vector<std::int8_t> joins;   // (rows, lanes), if in parts
  std::vector<int> best_possible;   // by query
};

class SoftRun : public LaneRun {
 public:
  explicit SoftRun(const SoftLanes& lanes) : lanes_(lanes) {}

  void measure(Strings texts, std::uint32_t* distances) override {
    std::size_t longest = 0;
    for (const Span<const Token>& text : texts)
      longest = std::max(longest, text.size());
    if (fits_16_bits(lanes_.rows, longest, lanes_.mode)) {
      measure(texts, longest, lanes_.kernels.soft16[lanes_.in_parts], narrow_, distances);
    } else {
      measure(texts, longest, lanes_.kernels.soft32[lanes_.in_parts], wide_, distances);
    }
  }

 private:
  // The state of the matrices in all lanes after some columns.
  template <class Cell>
  struct Matrices {
    std::array<Cell, kLanes> top;
    std::vector<Cell> column;
    std::array<Cell, kLanes> best;
    std::vector<Cell> top_steps;
  };

  template <class Cell>
  void measure(Strings texts, std::size_t longest, const SoftKernel<Cell>& kernel,
               Matrices<Cell>& m, std::uint32_t* distances) {
    m.top.fill(0);
    m.column.assign(lanes_.first_column.begin(), lanes_.first_column.end());
    std::copy(m.column.end() - kLanes, m.column.end(), m.best.begin());
    const bool falls = lanes_.mode == Mode::global;
    SoftColumns<Cell> run{lanes_.rows,
                          0,
                          SoftCost::kGap,
                          lanes_.joins.data(),
                          lanes_.scores.data(),
                          nullptr,
                          nullptr,
                          static_cast<Cell>(falls ? SoftCost::kGap : 0),
                          m.top.data(),
                          m.column.data(),
                          m.best.data()};
    tokens_.resize(kColumns * kLanes);
    if (falls) m.top_steps.resize(tokens_.size());
    if (!lanes_.shared && texts.size() < kLanes) {  // lanes without a text
      std::fill_n(tokens_.begin(), std::min(kColumns, longest) * kLanes,
                  static_cast<std::uint32_t>(lanes_.blank));
    }
    for (std::size_t left = longest; left > 0; left -= run.columns) {
      run.columns = std::min(lanes_.shared ? tokens_.size() : kColumns, left);
      lay_out(texts, left, run.columns, falls ? m.top_steps.data() : nullptr);
      run.tokens = tokens_.data();
      if (falls && !lanes_.shared) run.top_steps = m.top_steps.data();
      (lanes_.shared ? kernel.shared_text : kernel.own_text)(run);
    }
    const Cell* scores = falls ? m.column.data() + (m.column.size() - kLanes) : m.best.data();
    for (std::size_t lane = 0; lane < (lanes_.shared ? lanes_.best_possible.size() : texts.size());
         ++lane) {
      distances[lane] =
          static_cast<std::uint32_t>(lanes_.best_possible[lanes_.shared ? lane : 0] - scores[lane]);
    }
  }

  // All texts end in the same column; shorter ones are preceded by blank columns. `left`: columns
  // from the first of these to the end.
  template <class Cell>
  void lay_out(Strings texts, std::size_t left, std::size_t columns, Cell* top_steps) {
    const auto number = [&](Token token) {
      return static_cast<std::uint32_t>(std::min<std::size_t>(token, lanes_.unknown));
    };
    if (lanes_.shared) {
      const Token* tokens = texts[0].data() + (texts[0].size() - left);
      std::transform(tokens, tokens + columns, tokens_.begin(), number);
      return;
    }
    for (std::size_t lane = 0; lane < texts.size(); ++lane) {
      const Span<const Token>& text = texts[lane];
      const std::size_t before = std::min(columns, left - std::min(left, text.size()));
      for (std::size_t j = 0; j < columns; ++j) {
        const std::size_t at = j * kLanes + lane;
        tokens_[at] = j < before ? static_cast<std::uint32_t>(lanes_.blank)
                                 : number(text.data()[text.size() + j - left]);
        if (top_steps != nullptr) top_steps[at] = j < before ? 0 : SoftCost::kGap;
      }
    }
  }

  const SoftLanes& lanes_;
  std::vector<std::uint32_t> tokens_;
  Matrices<std::int16_t> narrow_;
  Matrices<std::int32_t> wide_;
};

std::unique_ptr<LaneRun> SoftLanes::start() const {
  return std::make_unique<SoftRun>(*this);
}

}  // namespace

LaneLayout SoftCost::layout(Span<const Token> query, SimdLevel level) const {
  if (kernels(level) == nullptr || query.empty()) return {};
  const bool alone = query.size() > kMaxSharedTokens;
  return {kLanes, alone ? kLanes + 1 : kSharedFrom,
          (alone ? 1U : 0U) + (in_parts(query) ? 2U : 0U)};
}

std::unique_ptr<Lanes> SoftCost::lanes(Strings queries, Mode mode, SimdLevel level) const {
  return std::make_unique<SoftLanes>(queries, *this, mode, *kernels(level));
}

}  // namespace pairalign::align

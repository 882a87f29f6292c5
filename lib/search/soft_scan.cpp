#include "search/soft_scan.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <optional>
#include <vector>

#include "search/soft_lanes.hpp"
#include "search/text_pieces.hpp"

namespace pairalign::search {
namespace {

using Strings = Span<const Span<const Token>>;

constexpr std::size_t kLanes = kSoftLanes;
constexpr int kGap = SoftCost::kGap;
constexpr int kLowestScore = std::numeric_limits<std::int8_t>::min();
static_assert(kGap <= -kLowestScore, "the lowest score must not pay");

// Queries from which on lanes of queries are faster than lanes of documents, query after query.
constexpr std::size_t kSharedFrom = 22;
// Longer queries go alone: side by side, their scores would take too much memory.
constexpr std::size_t kLongestShared = 256;
// Columns of own texts that are laid out at once.
constexpr std::size_t kColumns = 256;

// Whether no cell overflows 16 bits: upwards by a score of 127 in each row, downwards by a gap for
// each token of both strings and then the lowest score.
bool fits_16_bits(std::size_t rows, std::size_t document_tokens, Mode mode) {
  constexpr std::size_t kMostRows = std::numeric_limits<std::int16_t>::max() / 127;
  constexpr std::size_t kMostTokens =
      (-std::numeric_limits<std::int16_t>::min() + kLowestScore) / kGap - 1;
  return rows <= kMostRows && rows + (mode == Mode::global ? document_tokens : 0) <= kMostTokens;
}

// What one call of `score` is about.
struct Task {
  Mode mode;
  const TextPieces& pieces;
  const SoftScan::Visit& visit;
};

// Of a document's pieces, which come one after the other, the first with the highest score counts.
class BestOfPieces {
 public:
  BestOfPieces(const Task& task, std::size_t query) : task_(task), query_(query) {}

  void add(const TextPiece& piece, int score) {
    if (piece.begin == 0 || score > best_.score) {
      best_ = {query_, piece.document, score, piece.begin, piece.begin + piece.size};
    }
    if (piece.last) task_.visit(best_);
  }

 private:
  const Task& task_;
  std::size_t query_;
  SoftPair best_{};
};

// Queries that are scored together.
class Group {
 public:
  virtual ~Group() = default;
  virtual void score(const Task& task) const = 0;
};

// The matrices in all lanes, as they stand behind some columns.
template <class Cell>
struct Matrices {
  std::array<Cell, kLanes> top{};
  std::vector<Cell> column;
  std::array<Cell, kLanes> best;

  explicit Matrices(const std::vector<int>& first_column)
      : column(first_column.begin(), first_column.end()) {
    std::copy(column.end() - kLanes, column.end(), best.begin());
  }
  int score(std::size_t lane, Mode mode) const {
    return mode == Mode::infix ? best[lane] : column[column.size() - kLanes + lane];
  }
};

class SharedQueries : public Group {
 public:
  SharedQueries(std::vector<std::size_t> queries, Strings strings, const SoftCost& cost, Mode mode);
  void score(const Task& task) const override;

 private:
  template <class Cell>
  void score(Span<const Token> text, Mode mode, int* scores) const;

  std::vector<std::size_t> queries_;
  std::size_t unknown_;  // stands for the tokens beyond the vocabulary
  std::size_t rows_ = 1;
  std::vector<std::int8_t> scores_;  // (unknown_ + 1, rows, lanes)
  std::vector<int> first_column_;    // (rows, lanes)
};

// Shorter queries, and lanes without one, are filled up in front with rows whose cells must equal
// the row above the matrix. In infix mode that is 0, kept by scores of 0; in global mode it falls
// by a gap a column, which is the best that any score below leaves.
SharedQueries::SharedQueries(std::vector<std::size_t> queries, Strings strings,
                             const SoftCost& cost, Mode mode)
    : queries_(std::move(queries)), unknown_(static_cast<std::size_t>(cost.vocabulary())) {
  for (const std::size_t q : queries_)
    rows_ = std::max(rows_, strings[q].size());
  const int filling = mode == Mode::infix ? 0 : kLowestScore;
  scores_.assign((unknown_ + 1) * rows_ * kLanes, static_cast<std::int8_t>(filling));
  first_column_.assign(rows_ * kLanes, 0);
  for (std::size_t lane = 0; lane < queries_.size(); ++lane) {
    const Span<const Token>& query = strings[queries_[lane]];
    const std::size_t filled = rows_ - query.size();
    for (std::size_t i = 0; i < query.size(); ++i) {
      const std::size_t place = (filled + i) * kLanes + lane;
      first_column_[place] = -kGap * static_cast<int>(i + 1);
      for (std::size_t token = 0; token <= unknown_; ++token) {
        scores_[token * rows_ * kLanes + place] =
            static_cast<std::int8_t>(cost.score(query[i], static_cast<Token>(token)));
      }
    }
  }
}

void SharedQueries::score(const Task& task) const {
  std::vector<BestOfPieces> best;
  for (const std::size_t q : queries_)
    best.emplace_back(task, q);
  std::array<int, kLanes> scores;
  for (const TextPiece& piece : task.pieces.all()) {
    if (fits_16_bits(rows_, piece.size, task.mode)) {
      score<std::int16_t>(piece.text(), task.mode, scores.data());
    } else {
      score<std::int32_t>(piece.text(), task.mode, scores.data());
    }
    for (std::size_t lane = 0; lane < queries_.size(); ++lane)
      best[lane].add(piece, scores[lane]);
  }
}

template <class Cell>
void SharedQueries::score(Span<const Token> text, Mode mode, int* scores) const {
  std::vector<std::uint32_t> tokens;
  tokens.reserve(text.size());
  for (const Token token : text)
    tokens.push_back(static_cast<std::uint32_t>(std::min<std::size_t>(token, unknown_)));
  Matrices<Cell> matrices(first_column_);
  const Cell top_step = mode == Mode::infix ? 0 : kGap;
  run_shared_text(SoftColumns<Cell>{rows_, tokens.size(), scores_.data(), tokens.data(), nullptr,
                                    top_step, matrices.top.data(), matrices.column.data(),
                                    matrices.best.data()});
  for (std::size_t lane = 0; lane < kLanes; ++lane)
    scores[lane] = matrices.score(lane, mode);
}

// A query in all lanes, with a text of its own in each.
class LoneQuery : public Group {
 public:
  LoneQuery(std::size_t query, Span<const Token> tokens, const SoftCost& cost);
  void score(const Task& task) const override;

 private:
  using Batch = std::array<const TextPiece*, kLanes>;

  template <class Cell>
  void score(const Batch& batch, std::size_t count, Mode mode, int* scores) const;
  template <class Cell>
  void lay_out(const Batch& batch, std::size_t count, std::size_t left, std::size_t columns,
               std::vector<std::uint32_t>& tokens, std::vector<Cell>* top_steps) const;

  std::size_t query_;
  Span<const Token> tokens_;
  const SoftCost& cost_;
  std::size_t unknown_;  // stands for the tokens beyond the vocabulary
  std::size_t blank_;    // stands for columns before a text begins
  std::size_t stored_rows_;
  std::vector<std::int8_t> scores_;  // (blank_ + 1, stored_rows)
  std::vector<int> first_column_;    // (rows, lanes)
};

LoneQuery::LoneQuery(std::size_t query, Span<const Token> tokens, const SoftCost& cost)
    : query_(query),
      tokens_(tokens),
      cost_(cost),
      unknown_(static_cast<std::size_t>(cost.vocabulary())),
      blank_(unknown_ + 1),
      stored_rows_((tokens.size() + kSoftRowStep - 1) / kSoftRowStep * kSoftRowStep) {
  // With the lowest score in every row, and no fall of the row above, the first column is repeated.
  scores_.assign((blank_ + 1) * stored_rows_, static_cast<std::int8_t>(kLowestScore));
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    for (std::size_t token = 0; token <= unknown_; ++token) {
      scores_[token * stored_rows_ + i] =
          static_cast<std::int8_t>(cost.score(tokens[i], static_cast<Token>(token)));
    }
    first_column_.insert(first_column_.end(), kLanes, -kGap * static_cast<int>(i + 1));
  }
}

void LoneQuery::score(const Task& task) const {
  const std::vector<TextPiece>& pieces = task.pieces.all();
  const std::vector<std::uint32_t>& order = task.pieces.by_size();
  std::vector<int> scores(pieces.size());
  Batch batch;
  std::array<int, kLanes> measured;
  for (std::size_t first = 0; first < order.size(); first += kLanes) {
    const std::size_t count = std::min(kLanes, order.size() - first);
    for (std::size_t i = 0; i < count; ++i)
      batch[i] = &pieces[order[first + i]];
    if (count == 1 || tokens_.empty()) {
      for (std::size_t i = 0; i < count; ++i)
        measured[i] = align(tokens_, batch[i]->text(), cost_, task.mode).score;
    } else if (fits_16_bits(tokens_.size(), batch[count - 1]->size, task.mode)) {
      score<std::int16_t>(batch, count, task.mode, measured.data());
    } else {
      score<std::int32_t>(batch, count, task.mode, measured.data());
    }
    for (std::size_t i = 0; i < count; ++i)
      scores[order[first + i]] = measured[i];
  }
  BestOfPieces best(task, query_);
  for (std::size_t p = 0; p < pieces.size(); ++p)
    best.add(pieces[p], scores[p]);
}

// All texts end in the same column, those that are shorter begin behind blank ones.
template <class Cell>
void LoneQuery::score(const Batch& batch, std::size_t count, Mode mode, int* scores) const {
  std::size_t longest = 0;
  for (std::size_t lane = 0; lane < count; ++lane)
    longest = std::max(longest, batch[lane]->size);
  Matrices<Cell> matrices(first_column_);
  std::vector<std::uint32_t> tokens(kColumns * kLanes, static_cast<std::uint32_t>(blank_));
  std::vector<Cell> top_steps(mode == Mode::global ? tokens.size() : 0);
  for (std::size_t done = longest; done > 0;) {
    const std::size_t columns = std::min(kColumns, done);
    lay_out(batch, count, done, columns, tokens, mode == Mode::global ? &top_steps : nullptr);
    run_own_texts(SoftColumns<Cell>{tokens_.size(), columns, scores_.data(), tokens.data(),
                                    mode == Mode::global ? top_steps.data() : nullptr, 0,
                                    matrices.top.data(), matrices.column.data(),
                                    matrices.best.data()});
    done -= columns;
  }
  for (std::size_t lane = 0; lane < count; ++lane)
    scores[lane] = matrices.score(lane, mode);
}

// `left`: columns from the first of these to the end.
template <class Cell>
void LoneQuery::lay_out(const Batch& batch, std::size_t count, std::size_t left,
                        std::size_t columns, std::vector<std::uint32_t>& tokens,
                        std::vector<Cell>* top_steps) const {
  for (std::size_t lane = 0; lane < count; ++lane) {
    const TextPiece& text = *batch[lane];
    for (std::size_t j = 0; j < columns; ++j) {
      const bool begun = text.size + j >= left;
      const std::size_t token =
          begun ? std::min<std::size_t>(text.tokens[text.size + j - left], unknown_) : blank_;
      tokens[j * kLanes + lane] = static_cast<std::uint32_t>(token);
      if (top_steps != nullptr) (*top_steps)[j * kLanes + lane] = begun ? kGap : 0;
    }
  }
}

}  // namespace

struct SoftScan::Impl {
  Mode mode;
  std::size_t longest_match = 0;
  std::vector<std::unique_ptr<Group>> groups;
};

SoftScan::SoftScan(Strings queries, const SoftCost& cost, Mode mode) {
  auto impl = std::make_unique<Impl>();
  impl->mode = mode;
  std::vector<std::size_t> order(queries.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return queries[a].size() < queries[b].size();
  });
  for (std::size_t i = 0; i < order.size();) {
    std::vector<std::size_t> members;
    while (i < order.size() && members.size() < kLanes &&
           (members.empty() || queries[order[i]].size() <= kLongestShared)) {
      members.push_back(order[i++]);
    }
    if (members.size() >= kSharedFrom) {
      impl->groups.push_back(
          std::make_unique<SharedQueries>(std::move(members), queries, cost, mode));
      continue;
    }
    for (const std::size_t q : members)
      impl->groups.push_back(std::make_unique<LoneQuery>(q, queries[q], cost));
  }
  // An alignment need not score less than leaving the whole query out, which allows so many gaps.
  for (const Span<const Token>& query : queries) {
    const auto most = static_cast<std::size_t>(std::max(0, cost.best_possible(query)));
    impl->longest_match = std::max(impl->longest_match, 2 * query.size() + most / kGap);
  }
  impl_ = std::move(impl);
}

SoftScan::~SoftScan() = default;
SoftScan::SoftScan(SoftScan&&) noexcept = default;
SoftScan& SoftScan::operator=(SoftScan&&) noexcept = default;

void SoftScan::score(Strings documents, const Visit& visit) const {
  const TextPieces pieces(documents, impl_->longest_match, impl_->mode == Mode::global);
  const Task task{impl_->mode, pieces, visit};
  for (const std::unique_ptr<Group>& group : impl_->groups)
    group->score(task);
}

}  // namespace pairalign::search

#include "align/distance.hpp"

#include <algorithm>

namespace pairalign::align {
namespace {

// The matrix, column by column. Substitution costs are computed once per distinct document token.
class PlainRows : public Rows {
 public:
  PlainRows(const Distance& distance, Span<const Token> query)
      : distance_(distance), query_(query), insertion_(distance.insertion()) {
    for (const Token token : query)
      deletions_.push_back(distance.deletion(token));
    if (!distance.in_parts(query)) return;
    joins_.push_back(0);  // to a row that is never paired
    for (std::size_t i = 1; i < query.size(); ++i)
      joins_.push_back(distance.join(query[i - 1], query[i]));
  }

  void values(Span<const Token> text, Start start, std::vector<std::uint32_t>& values) override {
    values.resize(text.size());
    column_.assign(1, 0);
    for (const int deletion : deletions_)
      column_.push_back(column_.back() + deletion);
    for (std::size_t j = 0; j < text.size(); ++j) {
      advance(substitutions(text[j]), start == Start::front ? insertion_ : 0);
      values[j] = static_cast<std::uint32_t>(column_.back());
    }
  }

 private:
  const int* substitutions(Token token) {
    if (row_of_.size() <= token) row_of_.resize(std::size_t{token} + 1, 0);
    std::size_t& row = row_of_[token];
    if (row == 0) {
      for (const Token wanted : query_)
        costs_.push_back(distance_.substitution(wanted, token));
      row = ++rows_;
    }
    return costs_.data() + (row - 1) * query_.size();
  }

  void advance(const int* substitutions, int top_step) {
    int diagonal = column_[0];
    int above = column_[0] += top_step;
    int paired = diagonal;  // the row above, if its token is paired with that of this column
    for (std::size_t i = 0; i < deletions_.size(); ++i) {
      const int left = column_[i + 1];
      const int before = joins_.empty() ? diagonal : std::min(diagonal, paired + joins_[i]);
      paired = before + substitutions[i];
      above = std::min({paired, left + insertion_, above + deletions_[i]});
      column_[i + 1] = above;
      diagonal = left;
    }
  }

  const Distance& distance_;
  Span<const Token> query_;
  int insertion_;
  std::vector<int> deletions_;
  std::vector<int> joins_;  // in parts, of each token to the one before; else empty
  std::vector<int> column_;
  std::vector<std::size_t> row_of_;  // by token; 0: not computed yet
  std::size_t rows_ = 0;
  std::vector<int> costs_;  // (rows_, query)
};

}  // namespace

std::unique_ptr<Rows> Distance::rows(Span<const Token> query) const {
  return std::make_unique<PlainRows>(*this, query);
}

std::size_t Distance::max_distance(Span<const Token> query) const {
  std::size_t sum = 0;
  for (const Token token : query)
    sum += static_cast<std::size_t>(deletion(token));
  return sum;
}

}  // namespace pairalign::align

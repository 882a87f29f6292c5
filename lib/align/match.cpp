#include "align/match.hpp"

#include <algorithm>
#include <limits>
#include <queue>
#include <set>
#include <utility>

namespace pairalign::align {

constexpr std::uint32_t kTaken = std::numeric_limits<std::uint32_t>::max();

Matcher::Matcher(const Distance& distance, Span<const Token> query)
    : distance_(distance),
      query_(query),
      max_distance_(distance.max_distance(query)),
      backwards_(query.rbegin(), query.rend()),
      rows_(distance.rows(query)),
      backwards_rows_(distance.rows(backwards_)) {}

std::size_t Matcher::distance(Span<const Token> document, Mode mode) {
  if (document.empty()) return max_distance_;
  if (mode == Mode::global) {
    rows_->values(document, Start::front, values_);
    return values_.back();
  }
  rows_->values(document, Start::anywhere, values_);
  return std::min<std::size_t>(max_distance_, *std::min_element(values_.begin(), values_.end()));
}

Match Matcher::best(Span<const Token> document, Mode mode) {
  const std::size_t least = distance(document, mode);
  if (mode == Mode::global) return {least, 0, document.size()};
  if (least >= max_distance_) return {max_distance_, 0, 0};
  const auto first = std::find(values_.begin(), values_.end(), least);
  const auto end = static_cast<std::size_t>(first - values_.begin()) + 1;
  return {least, begin_of(document, 0, end, least), end};
}

// Found by running the query backwards from the end of the match, no farther than token `first`.
std::size_t Matcher::begin_of(Span<const Token> document, std::size_t first, std::size_t end,
                              std::size_t distance) {
  const std::size_t reach = std::min(end - first, distance_.longest_match(query_, distance));
  reversed_text_.assign(document.rend() - static_cast<std::ptrdiff_t>(end),
                        document.rend() - static_cast<std::ptrdiff_t>(end - reach));
  backwards_rows_->values(reversed_text_, Start::front, part_);
  const auto found = std::find(part_.begin(), part_.end(), distance);
  return end - (static_cast<std::size_t>(found - part_.begin()) + 1);
}

// The last row gives, for each end, the distance of the best match there. Taking a place changes it
// only after the end of the place, and no farther than a match can span: those cells are recomputed
// as if the document began there.
std::vector<Match> Matcher::places(Span<const Token> document, std::size_t bound,
                                   std::size_t count) {
  std::vector<Match> places;
  if (query_.empty() || max_distance_ == 0) return places;
  bound = std::min(bound, max_distance_ - 1);
  if (count == 1) {
    const Match match = best(document, Mode::infix);
    if (match.distance <= bound) places.push_back(match);
    return places;
  }
  rows_->values(document, Start::anywhere, values_);
  using End = std::pair<std::uint32_t, std::size_t>;  // distance, and the last token's position
  std::priority_queue<End, std::vector<End>, std::greater<End>> ends;
  for (std::size_t j = 0; j < values_.size(); ++j) {
    if (values_[j] <= bound) ends.emplace(values_[j], j);
  }
  const std::size_t longest = distance_.longest_match(query_, bound);
  std::set<std::size_t> borders{0};  // the beginning of the document, and the ends of places
  while (!ends.empty() && (count == 0 || places.size() < count)) {
    const auto [distance, last] = ends.top();
    ends.pop();
    if (values_[last] != distance) continue;
    const std::size_t first = *std::prev(borders.upper_bound(last));
    const std::size_t end = last + 1;
    const std::size_t begin = begin_of(document, first, end, distance);
    places.push_back({distance, begin, end});
    borders.insert(end);
    std::fill(values_.begin() + static_cast<std::ptrdiff_t>(begin),
              values_.begin() + static_cast<std::ptrdiff_t>(end), kTaken);
    // Up to the next place, if that comes first.
    std::size_t stop = std::min(document.size(), end + longest);
    for (std::size_t j = end; j < stop; ++j) {
      if (values_[j] == kTaken) stop = j;
    }
    rows_->values(document.subspan(end, stop - end), Start::anywhere, part_);
    for (std::size_t j = end; j < stop; ++j) {
      if (values_[j] == part_[j - end]) continue;
      values_[j] = part_[j - end];
      if (values_[j] <= bound) ends.emplace(values_[j], j);
    }
  }
  return places;
}

}  // namespace pairalign::align

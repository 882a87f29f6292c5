#include "search/soft_queries.hpp"

#include <algorithm>
#include <numeric>

namespace pairalign::search {

SoftQueries::SoftQueries(Span<const tokens::Record> queries, const SoftCost& cost, Mode mode)
    : queries_(queries), cost_(cost), mode_(mode) {
  std::vector<std::size_t> order(queries.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto length = [&](std::size_t q) { return queries[q].tokens.size(); };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return length(a) < length(b); });
  for (const std::size_t q : order) {
    const bool alone = length(q) > SoftProfile::kLongestQuery;
    if (alone || groups_.empty() || groups_.back().members.size() == SoftProfile::kLanes) {
      groups_.emplace_back();
    }
    groups_.back().members.push_back(q);
  }
  for (Group& group : groups_) {
    if (length(group.members[0]) > SoftProfile::kLongestQuery) continue;
    std::vector<Span<const Token>> strings;
    for (const std::size_t q : group.members)
      strings.emplace_back(queries[q].tokens);
    group.profile.emplace(strings, cost, mode);
  }
}

void SoftQueries::best_scores(std::size_t group, Span<const Token> document,
                              std::vector<int>& scores) const {
  const Group& g = groups_[group];
  if (g.profile && g.profile->fits(document.size())) {
    g.profile->best_scores(document, scores);
    return;
  }
  scores.clear();
  for (const std::size_t q : g.members)
    scores.push_back(align(queries_[q].tokens, document, cost_, mode_).score);
}

}  // namespace pairalign::search

// Queries as a distance takes them. Not part of the public interface.
#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "align/distance.hpp"
#include "base/span.hpp"
#include "tokens/record.hpp"

namespace pairalign::search {

/// For a distance to which alternatives make a difference: the queries in parts, and the distance
/// that knows these (align::Distance::with_alternatives). Else both as they are.
/// The arguments must outlive it.
class QueryTokens {
 public:
  QueryTokens(const align::Distance& distance, Span<const tokens::Record> queries)
      : distance_(&distance), queries_(queries) {
    const auto given = [](const tokens::Record& query) { return !query.alternatives.empty(); };
    if (std::none_of(queries.begin(), queries.end(), given)) return;
    own_queries_.assign(queries.begin(), queries.end());
    own_distance_ = distance.with_alternatives(own_queries_);
    if (own_distance_ == nullptr) return;
    distance_ = own_distance_.get();
    queries_ = own_queries_;
  }
  QueryTokens(const QueryTokens&) = delete;
  QueryTokens& operator=(const QueryTokens&) = delete;

  /// How many queries, from the front, to prepare together: a distance has room for a limited
  /// number of parts. A query of more than that, half an hour of speech, is used without its
  /// alternatives.
  static std::size_t group_size(Span<const tokens::Record> queries) {
    constexpr std::size_t kMaxParts = std::size_t{1} << 15;
    std::size_t parts = 0, count = 0;
    for (const tokens::Record& query : queries) {
      parts += tokens::count_parts(query);
      if (parts > kMaxParts) break;
      ++count;
    }
    return std::max<std::size_t>(count, 1);
  }

  const align::Distance& distance() const { return *distance_; }
  Span<const tokens::Record> queries() const { return queries_; }

 private:
  const align::Distance* distance_;
  Span<const tokens::Record> queries_;
  std::vector<tokens::Record> own_queries_;
  std::unique_ptr<const align::Distance> own_distance_;
};

}  // namespace pairalign::search

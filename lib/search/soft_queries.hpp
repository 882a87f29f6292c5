// Queries arranged to be scored together against document after document.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/span.hpp"
#include "search/soft_alignment.hpp"
#include "tokens/record.hpp"

namespace pairalign::search {

/// Queries of like length share the lanes of a profile; one too long for any is a group of its own.
/// Const after construction and safe to share between threads. Queries and cost must outlive it.
class SoftQueries {
 public:
  SoftQueries(Span<const tokens::Record> queries, const SoftCost& cost, Mode mode);

  std::size_t groups() const { return groups_.size(); }
  /// The queries of a group, by their position among all.
  const std::vector<std::size_t>& members(std::size_t group) const {
    return groups_[group].members;
  }
  /// The score of the best alignment of each member, in their order.
  void best_scores(std::size_t group, Span<const Token> document, std::vector<int>& scores) const;

 private:
  struct Group {
    std::vector<std::size_t> members;
    std::optional<SoftProfile> profile;
  };

  Span<const tokens::Record> queries_;
  const SoftCost& cost_;
  Mode mode_;
  std::vector<Group> groups_;
};

}  // namespace pairalign::search

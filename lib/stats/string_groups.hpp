// Token strings by group.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "stats/group_table.hpp"
#include "tokens/record.hpp"

namespace pairalign::stats {

/// Takes records one by one; memory grows with the groups, by up to half a megabyte for each.
class StringGroups {
 public:
  void add(const std::string& group, const tokens::Record& record);

  /// Records, hours, tokens, tokens/s, mean length, tokens of the vocabulary in use, and the
  /// entropy of their frequencies in bits: of each group and of all.
  GroupTable table() const;

 private:
  struct Group {
    std::uint64_t records = 0;
    std::uint64_t tokens = 0;
    double seconds = 0;
    std::uint64_t timed_tokens = 0;
    std::vector<std::uint64_t> counts;  // by token, as far as tokens were seen
  };

  static GroupTable::Row row(const std::string& name, const Group& group);

  std::map<std::string, Group> groups_;
};

}  // namespace pairalign::stats

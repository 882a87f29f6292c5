#include "stats/string_groups.hpp"

#include <algorithm>

#include "stats/entropy.hpp"

namespace pairalign::stats {

void StringGroups::add(const std::string& name, const tokens::Record& record) {
  Group& group = groups_[name];
  ++group.records;
  group.tokens += record.tokens.size();
  if (record.seconds >= 0) {
    group.seconds += record.seconds;
    group.timed_tokens += record.tokens.size();
  }
  for (const tokens::Token token : record.tokens) {
    if (token >= group.counts.size()) group.counts.resize(token + std::size_t{1}, 0);
    ++group.counts[token];
  }
}

GroupTable::Row StringGroups::row(const std::string& name, const Group& group) {
  GroupTable::Row row{name, {}};
  const auto count = [](std::uint64_t n) { return static_cast<double>(n); };
  const auto used = group.counts.size() - static_cast<std::size_t>(std::count(
                                              group.counts.begin(), group.counts.end(), 0));
  row.values = {count(group.records), group.seconds / 3600, count(group.tokens)};
  row.values.push_back(group.seconds > 0
                           ? std::optional<double>(count(group.timed_tokens) / group.seconds)
                           : std::nullopt);
  row.values.push_back(count(group.tokens) / count(std::max<std::uint64_t>(group.records, 1)));
  row.values.push_back(count(used));
  row.values.push_back(entropy_bits(group.counts));
  return row;
}

GroupTable StringGroups::table() const {
  GroupTable table;
  table.columns = {{"records", 0, false}, {"hours", 4, false}, {"tokens", 0, false},
                   {"tokens/s", 2},       {"mean_length", 1},  {"vocabulary", 0},
                   {"entropy", 3}};
  Group total;
  for (const auto& [name, group] : groups_) {
    table.rows.push_back(row(name, group));
    total.records += group.records;
    total.tokens += group.tokens;
    total.seconds += group.seconds;
    total.timed_tokens += group.timed_tokens;
    total.counts.resize(std::max(total.counts.size(), group.counts.size()), 0);
    for (std::size_t i = 0; i < group.counts.size(); ++i)
      total.counts[i] += group.counts[i];
  }
  table.total = row("all", total);
  return table;
}

}  // namespace pairalign::stats

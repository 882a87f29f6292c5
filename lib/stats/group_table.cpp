#include "stats/group_table.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "stats/quantiles.hpp"

namespace pairalign::stats {
namespace {

constexpr std::size_t kMinGroups = 5;
constexpr double kOutlier = 3.5;
constexpr double kDeviation = 1.4826;  // standard deviation / median absolute deviation, if normal
constexpr std::size_t kMaxRows = 200;

std::string shown(const std::optional<double>& value, int decimals, bool outlier) {
  if (!value) return "- ";
  return fmt::format("{:.{}f}{}", *value, decimals, outlier ? '*' : ' ');
}

// Which rows are shown, in their order.
std::vector<std::size_t> shown_rows(const GroupTable& table,
                                    const std::vector<std::vector<bool>>& odd) {
  std::vector<std::size_t> rows(table.rows.size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  if (rows.size() <= kMaxRows) return rows;
  const auto is_odd = [&](std::size_t i) {
    return std::find(odd[i].begin(), odd[i].end(), true) != odd[i].end();
  };
  std::stable_sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) {
    if (is_odd(a) != is_odd(b)) return is_odd(a);
    return table.rows[a].values[0].value_or(0) > table.rows[b].values[0].value_or(0);
  });
  rows.resize(kMaxRows);
  std::sort(rows.begin(), rows.end());
  return rows;
}

}  // namespace

std::vector<std::vector<bool>> outliers(const GroupTable& table) {
  std::vector<std::vector<bool>> odd(table.rows.size(),
                                     std::vector<bool>(table.columns.size(), false));
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    std::vector<double> values;
    for (const GroupTable::Row& row : table.rows) {
      if (row.values[c]) values.push_back(*row.values[c]);
    }
    if (!table.columns[c].comparable || values.size() < kMinGroups) continue;
    const double middle = centre(values).median;
    for (double& value : values)
      value = std::abs(value - middle);
    // If half of the groups are equal, rounding alone must not make an outlier.
    const double least = 0.5 * std::pow(10.0, -table.columns[c].decimals);
    const double limit = kOutlier * std::max(kDeviation * centre(values).median, least);
    for (std::size_t r = 0; r < table.rows.size(); ++r) {
      const std::optional<double>& value = table.rows[r].values[c];
      odd[r][c] = value && std::abs(*value - middle) > limit;
    }
  }
  return odd;
}

std::string to_text(const GroupTable& table) {
  const std::vector<std::vector<bool>> odd = outliers(table);
  const std::vector<std::size_t> rows = shown_rows(table, odd);
  std::vector<std::vector<std::string>> lines = {{"group"}};
  for (const GroupTable::Column& column : table.columns)
    lines[0].push_back(column.name + ' ');
  const auto add_row = [&](const GroupTable::Row& row, const std::vector<bool>& marks) {
    lines.push_back({row.group});
    for (std::size_t c = 0; c < table.columns.size(); ++c)
      lines.back().push_back(shown(row.values[c], table.columns[c].decimals, marks[c]));
  };
  for (const std::size_t r : rows)
    add_row(table.rows[r], odd[r]);
  add_row(table.total, std::vector<bool>(table.columns.size(), false));

  std::vector<std::size_t> widths(lines[0].size(), 0);
  for (const std::vector<std::string>& cells : lines) {
    for (std::size_t c = 0; c < cells.size(); ++c)
      widths[c] = std::max(widths[c], cells[c].size());
  }
  std::string text;
  for (const std::vector<std::string>& cells : lines) {
    text += fmt::format("{:<{}}", cells[0], widths[0]);
    for (std::size_t c = 1; c < cells.size(); ++c)
      text += fmt::format("  {:>{}}", cells[c], widths[c]);
    text += '\n';
  }
  if (rows.size() < table.rows.size()) {
    text += fmt::format("{} of {} groups are shown\n", rows.size(), table.rows.size());
  }
  return text;
}

}  // namespace pairalign::stats

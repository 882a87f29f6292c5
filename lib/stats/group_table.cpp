#include "stats/group_table.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>

#include <fmt/format.h>

namespace pairalign::stats {
namespace {

constexpr std::size_t kMinGroups = 5;
constexpr double kOutlier = 3.5;
constexpr double kDeviation = 1.4826;  // standard deviation / median absolute deviation, if normal
constexpr std::size_t kMaxRows = 200;

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

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
    const double middle = median(values);
    for (double& value : values)
      value = std::abs(value - middle);
    // If half of the groups are equal, rounding alone must not make an outlier.
    const double least = 0.5 * std::pow(10.0, -table.columns[c].decimals);
    const double limit = kOutlier * std::max(kDeviation * median(values), least);
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
  std::size_t name_width = 5;
  for (const std::size_t r : rows)
    name_width = std::max(name_width, table.rows[r].group.size());
  std::vector<std::size_t> widths;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    const int decimals = table.columns[c].decimals;
    std::size_t width = std::max(table.columns[c].name.size() + 1,
                                 shown(table.total.values[c], decimals, false).size());
    for (const std::size_t r : rows)
      width = std::max(width, shown(table.rows[r].values[c], decimals, false).size());
    widths.push_back(width);
  }
  std::string text = fmt::format("{:<{}}", "group", name_width);
  for (std::size_t c = 0; c < table.columns.size(); ++c)
    text += fmt::format("  {:>{}} ", table.columns[c].name, widths[c] - 1);
  text += '\n';
  const auto add_row = [&](const GroupTable::Row& row, const std::vector<bool>* marks) {
    text += fmt::format("{:<{}}", row.group, name_width);
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
      const bool mark = marks != nullptr && (*marks)[c];
      text +=
          fmt::format("  {:>{}}", shown(row.values[c], table.columns[c].decimals, mark), widths[c]);
    }
    text += '\n';
  };
  for (const std::size_t r : rows)
    add_row(table.rows[r], &odd[r]);
  add_row(table.total, nullptr);
  if (rows.size() < table.rows.size()) {
    text += fmt::format("{} of {} groups are shown\n", rows.size(), table.rows.size());
  }
  return text;
}

}  // namespace pairalign::stats

#include "stats/groups.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <regex>
#include <unordered_map>

#include <fmt/format.h>
#include <sys/stat.h>

#include "base/error.hpp"
#include "stats/quantiles.hpp"
#include "tokens/key.hpp"
#include "tokens/line_reader.hpp"
#include "tokens/text.hpp"

namespace pairalign::stats {
namespace {

constexpr std::string_view kFolder = "folder";

// `depth` 0: all of them.
std::string folder_group(std::string_view path, int depth) {
  // Each with its '/', a leading '/' with the first.
  std::vector<std::string_view> folders;
  for (std::size_t begin = 0, end = 0;; begin = end) {
    end = path.find('/', path.find_first_not_of('/', begin));
    if (end == std::string_view::npos) break;
    folders.push_back(path.substr(begin, end - begin));
  }
  std::size_t begin = 0, end = folders.size();
  if (depth > 0) end = std::min(end, static_cast<std::size_t>(depth));
  if (depth < 0) begin = end - std::min(end, static_cast<std::size_t>(-depth));
  std::string group;
  for (std::size_t i = begin; i < end; ++i)
    group += folders[i];
  if (begin > 0 && !group.empty()) group.erase(0, group.find_first_not_of('/'));
  return group.empty() ? "." : group;
}

std::optional<int> parse_folder(std::string_view spec) {
  if (spec == kFolder) return 0;
  if (spec.substr(0, kFolder.size() + 1) != "folder:") return std::nullopt;
  int depth = 0;
  if (!tokens::parse_whole(spec.substr(kFolder.size() + 1), depth) || depth == 0 || depth < -1000 ||
      depth > 1000) {
    throw Error("", "'" + std::string(spec) + "' is not folder, folder:N or folder:-N");
  }
  return depth;
}

using Groups = std::unordered_map<std::string, std::string>;

// By key and by stem; a full key takes precedence over one with the same stem.
Groups read_groups(const std::string& path) {
  Groups groups;
  tokens::for_each_line(path, "", [&](std::string_view line) {
    const auto words = tokens::words_of(line);
    if (words.size() < 2) throw Error("", "is not KEY GROUP");
    // A group may hold blanks.
    const auto begin = static_cast<std::size_t>(words[1].data() - line.data());
    const auto end = static_cast<std::size_t>(words.back().data() - line.data());
    const std::string name(line.substr(begin, end + words.back().size() - begin));
    const std::string key = tokens::unescape_key(words[0]);
    groups[key] = name;
    groups.emplace(tokens::key_stem(key), name);
  });
  return groups;
}

std::string group_in(const Groups& groups, std::string_view key) {
  auto found = groups.find(std::string(key));
  if (found == groups.end()) found = groups.find(tokens::key_stem(key));
  return found == groups.end() ? kUngrouped : found->second;
}

// Of the first 4,096 bytes, as long as a path can be: std::regex recurses for every character.
std::string regex_group(std::string_view key, const std::regex& regex) {
  key = key.substr(0, 4096);
  std::match_results<std::string_view::const_iterator> match;
  if (!std::regex_search(key.begin(), key.end(), match, regex)) return kUngrouped;
  const std::string group = match[match.size() > 1 ? 1 : 0].str();
  return group.empty() ? kUngrouped : group;
}

std::regex parse_regex(const std::string& spec) {
  try {
    return std::regex(spec, std::regex::ECMAScript | std::regex::optimize);
  } catch (const std::regex_error& error) {
    throw Error("", "'" + spec + "' is neither a file nor a regular expression: " + error.what());
  }
}

// Of keys without their media fragment.
std::function<std::string(std::string_view)> grouping_of_paths(const std::string& spec) {
  if (const std::optional<int> depth = parse_folder(spec)) {
    return [depth = *depth](std::string_view path) { return folder_group(path, depth); };
  }
  struct stat info {};
  if (::stat(spec.c_str(), &info) == 0 && !S_ISDIR(info.st_mode)) {
    return [groups = read_groups(spec)](std::string_view path) { return group_in(groups, path); };
  }
  return [regex = parse_regex(spec)](std::string_view path) { return regex_group(path, regex); };
}

}  // namespace

std::function<std::string(std::string_view)> parse_grouping(const std::string& spec) {
  return [group_of = grouping_of_paths(spec)](std::string_view key) {
    return group_of(tokens::split_fragment(key).path);
  };
}

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

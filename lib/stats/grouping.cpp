#include "stats/grouping.hpp"

#include <algorithm>
#include <optional>
#include <regex>
#include <unordered_map>
#include <vector>

#include <sys/stat.h>

#include "base/error.hpp"
#include "tokens/key.hpp"
#include "tokens/line_reader.hpp"
#include "tokens/text.hpp"

namespace pairalign::stats {
namespace {

constexpr const char* kNone = "-";
constexpr std::string_view kFolder = "folder";

// The folders of a path, each with its '/', a leading '/' with the first.
std::vector<std::string_view> folders_of(std::string_view path) {
  std::vector<std::string_view> folders;
  for (std::size_t begin = 0;;) {
    const std::size_t name = std::min(path.find_first_not_of('/', begin), path.size());
    const std::size_t end = path.find('/', name);
    if (end == std::string_view::npos) return folders;
    folders.push_back(path.substr(begin, end - begin));
    begin = end;
  }
}

// `depth` 0: all of them.
std::string folder_group(std::string_view path, int depth) {
  const std::vector<std::string_view> folders = folders_of(path);
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
  constexpr const char* kBlanks = " \t\r";
  Groups groups;
  tokens::LineReader lines(path);
  for (std::string_view line; lines.next(line);) {
    const std::size_t begin = line.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) continue;
    const std::size_t end = std::min(line.find_first_of(kBlanks, begin), line.size());
    const std::size_t group = line.find_first_not_of(kBlanks, end);
    if (group == std::string_view::npos) {
      throw Error(path + ":" + std::to_string(lines.line()), "is not KEY GROUP");
    }
    const std::string name(line.substr(group, line.find_last_not_of(kBlanks) + 1 - group));
    const std::string key = tokens::unescape_key(line.substr(begin, end - begin));
    groups[key] = name;
    groups.emplace(tokens::key_stem(key), name);
  }
  return groups;
}

std::string group_in(const Groups& groups, std::string_view key) {
  auto found = groups.find(std::string(key));
  if (found == groups.end()) found = groups.find(tokens::key_stem(key));
  return found == groups.end() ? kNone : found->second;
}

std::string regex_group(std::string_view key, const std::regex& regex) {
  std::match_results<std::string_view::const_iterator> match;
  if (!std::regex_search(key.begin(), key.end(), match, regex)) return kNone;
  const std::string group = match[match.size() > 1 ? 1 : 0].str();
  return group.empty() ? kNone : group;
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

}  // namespace pairalign::stats

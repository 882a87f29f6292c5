#include "stats/grouping.hpp"

#include <charconv>
#include <memory>
#include <optional>
#include <regex>
#include <unordered_map>
#include <vector>

#include <sys/stat.h>

#include "base/error.hpp"
#include "tokens/line_reader.hpp"
#include "tokens/record.hpp"

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
  const std::string_view number = spec.substr(kFolder.size() + 1);
  int depth = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), depth);
  if (error != std::errc() || end != number.data() + number.size() || depth == 0 || depth < -1000 ||
      depth > 1000) {
    throw Error("", "'" + std::string(spec) + "' is not folder, folder:N or folder:-N");
  }
  return depth;
}

class GroupFile {
 public:
  explicit GroupFile(const std::string& path) {
    tokens::LineReader lines(path);
    for (std::string_view line; lines.next(line);)
      add(line, path + ":" + std::to_string(lines.line()));
  }

  std::string group_of(std::string_view key) const {
    auto found = groups_.find(std::string(key));
    if (found == groups_.end()) found = groups_.find(tokens::key_stem(key));
    return found == groups_.end() ? kNone : found->second;
  }

 private:
  void add(std::string_view line, const std::string& place) {
    constexpr const char* kBlanks = " \t\r";
    const std::size_t begin = line.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) return;
    const std::size_t end = line.find_first_of(kBlanks, begin);
    const std::size_t group =
        end == std::string_view::npos ? end : line.find_first_not_of(kBlanks, end);
    if (group == std::string_view::npos) throw Error(place, "is not KEY GROUP");
    const std::size_t last = line.find_last_not_of(kBlanks);
    const std::string name(line.substr(group, last + 1 - group));
    const std::string key = tokens::unescape_key(line.substr(begin, end - begin));
    // A full key takes precedence over one with the same stem.
    groups_[key] = name;
    groups_.emplace(tokens::key_stem(key), name);
  }

  std::unordered_map<std::string, std::string> groups_;
};

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

std::string_view without_fragment(std::string_view key) {
  return tokens::split_fragment(key).path;
}

}  // namespace

std::function<std::string(std::string_view)> parse_grouping(const std::string& spec) {
  if (const std::optional<int> depth = parse_folder(spec)) {
    return [depth = *depth](std::string_view key) {
      return folder_group(without_fragment(key), depth);
    };
  }
  struct stat info {};
  if (::stat(spec.c_str(), &info) == 0 && !S_ISDIR(info.st_mode)) {
    const auto file = std::make_shared<const GroupFile>(spec);
    return [file](std::string_view key) { return file->group_of(without_fragment(key)); };
  }
  const std::regex regex = parse_regex(spec);
  return [regex](std::string_view key) { return regex_group(without_fragment(key), regex); };
}

}  // namespace pairalign::stats

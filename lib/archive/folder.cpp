#include "archive/folder.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <string_view>
#include <system_error>

#include <sys/stat.h>

#include "archive/manifest.hpp"

namespace pairalign::archive {
namespace {

namespace fs = std::filesystem;

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

bool has_segments(const std::string& folder) {
  const std::vector<std::string> names = names_in(folder);
  return std::any_of(names.begin(), names.end(), [](const std::string& name) {
    const std::optional<NumberedFile> file = parse_numbered(name);
    return file && file->is_segment && !file->is_new;
  });
}

}  // namespace

bool exists(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0) return true;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  throw errno_error(path, "cannot stat");
}

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code fault;
  for (fs::directory_iterator at(folder, fault), end; !fault && at != end; at.increment(fault)) {
    names.push_back(at->path().filename().string());
  }
  if (fault) throw Error(folder, "cannot list: " + fault.message());
  return names;
}

std::optional<NumberedFile> parse_numbered(const std::string& name) {
  NumberedFile file;
  file.is_segment = starts_with(name, "segment-");
  if (!file.is_segment && !starts_with(name, "removed-")) return std::nullopt;
  const char* const end = name.data() + name.size();
  const char* const digits = name.data() + std::string_view("segment-").size();
  const auto parsed = std::from_chars(digits, end, file.number);
  if (parsed.ec != std::errc()) return std::nullopt;
  file.is_new = std::string_view(parsed.ptr) == kNewSuffix;
  if (!file.is_new && parsed.ptr != end) return std::nullopt;
  return file;
}

std::string with_new_suffix_if_absent(const std::string& path) {
  if (exists(path)) return path;
  std::string longer = path + kNewSuffix;
  return exists(longer) ? longer : path;
}

bool is_leftover(const std::string& name) {
  if (const std::optional<NumberedFile> file = parse_numbered(name)) return file->is_new;
  const std::size_t temporary = name.rfind(kTemporarySuffix);
  const std::string base = name.substr(0, temporary);
  return temporary != name.npos && (base == kManifestFile || parse_numbered(base));
}

bool is_free(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return errno == ENOENT;
  if (!S_ISDIR(info.st_mode) || exists(path + "/" + kManifestFile)) return false;
  const std::vector<std::string> names = names_in(path);
  return std::all_of(names.begin(), names.end(), [](const std::string& name) {
    return name == kLockFile || is_leftover(name);
  });
}

Error no_manifest(const std::string& folder) {
  if (!has_segments(folder)) return {folder, "not an archive: no manifest in this folder"};
  return {folder,
          "damaged: segments of an archive, and no manifest; nothing is changed: "
          "pa-index --salvage NEW " + folder + " saves their records"};
}

}  // namespace pairalign::archive

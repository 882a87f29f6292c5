#include "archive/folder.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include <sys/stat.h>

#include "archive/manifest.hpp"
#include "base/error.hpp"

namespace pairalign::archive {
namespace {

namespace fs = std::filesystem;

bool starts_with(const std::string& text, const std::string& prefix) {
  return text.compare(0, prefix.size(), prefix) == 0;
}

}  // namespace

bool exists(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0;
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

bool may_be_orphan(const std::string& name) {
  return starts_with(name, "segment-") || starts_with(name, "removed-") ||
         starts_with(name, std::string(kManifestFile) + ".");
}

bool is_free(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return errno == ENOENT;
  if (!S_ISDIR(info.st_mode) || exists(path + "/" + kManifestFile)) return false;
  const std::vector<std::string> names = names_in(path);
  return std::all_of(names.begin(), names.end(), [](const std::string& name) {
    return name == kLockFile || may_be_orphan(name);
  });
}

}  // namespace pairalign::archive

#include "archive/gone_files.hpp"

#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <unordered_set>

#include <sys/stat.h>

#include "archive/key_scan.hpp"

namespace pairalign::archive {
namespace {

namespace fs = std::filesystem;

// The folder of a path, without a trailing slash except for the root; "." if the path has none.
std::string folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == path.npos) return ".";
  return slash == 0 ? "/" : std::string(path.substr(0, slash));
}

// Whether a file system is mounted on a folder within this one.
bool holds_mounts(const std::string& folder) {
  struct stat own {};
  if (::stat(folder.c_str(), &own) != 0) return true;
  std::error_code fault;
  for (fs::directory_iterator at(folder, fault), end; !fault && at != end; at.increment(fault)) {
    struct stat inner {};
    if (::lstat(at->path().c_str(), &inner) == 0 && inner.st_dev != own.st_dev) return true;
  }
  return bool(fault);
}

class Search {
 public:
  explicit Search(const Archive& archive) {
    std::string before;
    for (std::size_t s = 0; s < archive.segment_count(); ++s) {
      const Segment& segment = archive.segment(s);
      for_each_key(segment, archive.removed(s), [&](const std::string& key, std::size_t record) {
        const std::string path(tokens::split_fragment(key).path);
        if (path == before || !segment.source(record)) return;
        before = path;
        look_for(path);
      });
    }
  }

  GoneFiles result(bool force) {
    for (const std::string& path : absent_) {
      const std::string folder = last_folder(folder_of(path));
      if (force || is_sure(path, folder)) {
        found_.gone.push_back(path);
      } else {
        ++found_.doubtful[folder];
      }
    }
    return std::move(found_);
  }

 private:
  void look_for(const std::string& path) {
    if (!seen_.insert(path).second) return;
    if (is_gone(path)) {
      absent_.push_back(path);
    } else if (look_at_source(path)) {
      ++found_.present;
      for (std::string folder = folder_of(path); alive_.insert(folder).second;)
        folder = folder_of(folder);
    } else {
      ++found_.doubtful[folder_of(path)];
    }
  }

  // The deepest folder of a path that exists.
  const std::string& last_folder(const std::string& folder) {
    const auto known = last_.find(folder);
    if (known != last_.end()) return known->second;
    const bool top = folder == "/" || folder == ".";
    std::string last = top || !is_gone(folder) ? folder : last_folder(folder_of(folder));
    return last_.emplace(folder, std::move(last)).first->second;
  }

  bool is_sure(const std::string& path, const std::string& folder) {
    if (alive_.count(folder) == 0) return false;
    if (folder_of(path) == folder) return true;
    if (folder == "/" || folder == ".") return false;
    const auto known = holds_mounts_.find(folder);
    if (known != holds_mounts_.end()) return !known->second;
    return !holds_mounts_.emplace(folder, holds_mounts(folder)).first->second;
  }

  GoneFiles found_;
  std::unordered_set<std::string> seen_;
  std::vector<std::string> absent_;
  std::unordered_set<std::string> alive_;  // folders below which some archived file exists
  std::unordered_map<std::string, std::string> last_;
  std::unordered_map<std::string, bool> holds_mounts_;
};

}  // namespace

GoneFiles find_gone_files(const Archive& archive, bool force) {
  return Search(archive).result(force);
}

}  // namespace pairalign::archive

#include "archive/archived_files.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include <sys/stat.h>

#include "archive/folder.hpp"

namespace pairalign::archive {
namespace {

namespace fs = std::filesystem;

// Calls visit(path, record, its place) for the first of each run of records of a path.
template <class Visit>
void for_each_path(const Archive& archive, Visit visit) {
  std::optional<std::string> before;
  for (std::uint32_t s = 0; s < archive.segment_count(); ++s) {
    for_each_record(archive.segment(s), archive.removed(s), [&](const ScannedRecord& record) {
      const std::string_view path = tokens::split_fragment(record.key()).path;
      if (path == before) return;
      before = path;
      visit(path, record, RecordPlace{s, static_cast<std::uint32_t>(record.number())});
    });
  }
}

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

class SearchForGoneFiles {
 public:
  GoneFiles run(const Archive& archive, bool force) {
    for_each_record(archive, [&](const ScannedRecord& record) {
      std::string path(tokens::split_fragment(record.key()).path);
      if (path == last_ || !record.metadata().source) return;
      look_for(path);
      last_ = std::move(path);
    });
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
      for (std::string folder = folder_of(path); alive_.insert(folder).second;)
        folder = folder_of(folder);
    } else {
      ++found_.doubtful[folder_of(path)];
    }
  }

  // The deepest folder of a path that exists.
  const std::string& last_folder(const std::string& folder) {
    const auto known = last_folder_.find(folder);
    if (known != last_folder_.end()) return known->second;
    const bool top = folder == "/" || folder == ".";
    std::string last = top || !is_gone(folder) ? folder : last_folder(folder_of(folder));
    return last_folder_.emplace(folder, std::move(last)).first->second;
  }

  bool is_sure(const std::string& path, const std::string& folder) {
    if (alive_.count(folder) == 0) return false;
    if (folder_of(path) == folder) return true;
    if (folder == "/" || folder == ".") return false;
    const auto [known, is_new] = holds_mounts_.try_emplace(folder);
    if (is_new) known->second = holds_mounts(folder);
    return !known->second;
  }

  GoneFiles found_;
  std::string last_;  // path looked for
  std::unordered_set<std::string> seen_;
  std::vector<std::string> absent_;
  std::unordered_set<std::string> alive_;  // folders below which some archived file exists
  std::unordered_map<std::string, std::string> last_folder_;
  std::unordered_map<std::string, bool> holds_mounts_;
};

}  // namespace

ArchivedFiles::ArchivedFiles(const std::string& path, bool checksum) : checksum_(checksum) {
  if (!is_free(path)) {
    archive_ = Archive::open(path);
    for_each_path(*archive_, [&](std::string_view own, const ScannedRecord&, RecordPlace place) {
      paths_.add(hash_of(own), place);
    });
  }
  paths_.sort();
}

bool ArchivedFiles::holds(const std::string& path) const {
  auto [entry, end] = paths_.find(hash_of(path));
  for (; entry != end; ++entry) {
    const Segment& segment = archive_->segment(entry->place.segment);
    const std::string key = segment.key(entry->place.record);
    if (tokens::split_fragment(key).path != path) continue;  // another path of the same hash
    const std::optional<Source> source = segment.source(entry->place.record);
    if (!source || !is_unchanged(path, *source)) continue;
    if (!checksum_) return true;
    const std::optional<Source> now = read_source(path);
    if (now && now->hash == source->hash) return true;
  }
  return false;
}

bool MovedFiles::File::operator<(const File& other) const {
  return std::tie(size, hash, place) < std::tie(other.size, other.hash, other.place);
}

MovedFiles::MovedFiles(const Archive& archive) : archive_(archive) {
  for_each_path(archive, [&](std::string_view, const ScannedRecord& record, RecordPlace place) {
    const std::optional<Source>& source = record.metadata().source;
    if (source && source->hash != 0) files_.push_back({source->size, source->hash, place});
  });
  std::sort(files_.begin(), files_.end());
}

std::optional<MovedFile> MovedFiles::find(const std::string& path) {
  const std::optional<Source> seen = look_at_source(path);
  if (!seen) return std::nullopt;
  const auto same_size = std::lower_bound(files_.begin(), files_.end(), File{seen->size, 0, {}});
  if (same_size == files_.end() || same_size->size != seen->size) return std::nullopt;
  const std::optional<Source> source = read_source(path);
  if (!source || source->hash == 0) return std::nullopt;
  auto file = std::lower_bound(files_.begin(), files_.end(), File{source->size, source->hash, {}});
  for (; file != files_.end() && file->size == source->size && file->hash == source->hash; ++file) {
    const std::string key = archive_.segment(file->place.segment).key(file->place.record);
    std::string from(tokens::split_fragment(key).path);
    if (from == path || !is_gone(from)) continue;
    files_.erase(file);
    return MovedFile{std::move(from), path, *source};
  }
  return std::nullopt;
}

GoneFiles find_gone_files(const Archive& archive, bool force) {
  return SearchForGoneFiles().run(archive, force);
}

}  // namespace pairalign::archive

#include "archive/archived_files.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>
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

// What `find` gives for a folder, asked once.
bool once(std::unordered_map<std::string, bool>& known, const std::string& folder,
          bool (*find)(const std::string&)) {
  const auto [at, is_new] = known.try_emplace(folder);
  if (is_new) at->second = find(folder);
  return at->second;
}

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
  for (const auto& [hash, place] : paths_.find(hash_of(path))) {
    const Segment& segment = archive_->segment(place.segment);
    const std::string key = segment.key(place.record);
    if (tokens::split_fragment(key).path != path) continue;  // another path of the same hash
    const std::optional<Source> source = segment.source(place.record);
    if (source && is_unchanged(path, *source, checksum_)) return true;
  }
  return false;
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
    if (from == path || moved_.count(from) > 0 || !is_gone(from)) continue;
    moved_.insert(from);
    return MovedFile{std::move(from), path, *source};
  }
  return std::nullopt;
}

GoneFiles find_gone_files(const Archive& archive, bool force) {
  GoneFiles found;
  std::vector<std::string> absent;
  std::unordered_set<std::string> seen;
  std::unordered_set<std::string> alive;  // folders below which some archived file exists
  for_each_record(archive, [&](const ScannedRecord& record) {
    const std::string path(tokens::split_fragment(record.key()).path);
    if (!record.metadata().source || !seen.insert(path).second) return;
    if (is_gone(path)) {
      absent.push_back(path);
    } else if (look_at_source(path)) {
      for (std::string folder = folder_of(path); alive.insert(folder).second;)
        folder = folder_of(folder);
    } else {
      ++found.doubtful[folder_of(path)];
    }
  });
  std::unordered_map<std::string, bool> gone_folders, mounting_folders;
  for (const std::string& path : absent) {
    const std::string own = folder_of(path);
    std::string folder = own;  // the deepest one that exists
    const auto top = [&] { return folder == "/" || folder == "."; };
    while (!top() && once(gone_folders, folder, is_gone))
      folder = folder_of(folder);
    const bool sure = alive.count(folder) > 0 &&
                      (folder == own || (!top() && !once(mounting_folders, folder, holds_mounts)));
    if (force || sure) {
      found.gone.push_back(path);
    } else {
      ++found.doubtful[folder];
    }
  }
  return found;
}

}  // namespace pairalign::archive

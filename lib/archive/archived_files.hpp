// The files behind the records of an archive: which have not changed since, which were moved, and
// which are gone.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_set>
#include <vector>

#include "archive/archive.hpp"
#include "archive/removals.hpp"
#include "archive/source.hpp"

namespace pairalign::archive {

/// Which files need no tokenising because an archive has strings of their present contents. Uses 18
/// bytes of memory per archived file.
class ArchivedFiles {
 public:
  /// Reads the keys of the archive at `path`; one that does not exist counts as empty. With
  /// `checksum`, a file of the same size and mtime is read and compared as well. Throws Error if
  /// something else is there, or if the archive is found to be damaged.
  explicit ArchivedFiles(const std::string& path, bool checksum = false);

  /// Null where there is no archive yet.
  const Archive* archive() const { return archive_ ? &*archive_ : nullptr; }

  /// Whether the archive holds strings of the file at `path`, spelled as in the keys, and the file
  /// has not changed since: same size, and same mtime or same contents (which are read only when
  /// the mtime differs). False for anything but a regular file, and if the archive does not know
  /// what the strings were made from.
  bool holds(const std::string& path) const;

 private:
  bool checksum_;
  std::optional<Archive> archive_;
  RecordTable paths_;  // one record of each run of records of a path
};

/// Files that an archive knows under another path: moved or renamed, and recognised by their
/// contents.
class MovedFiles {
 public:
  /// Uses 24 bytes of memory per file of `archive`, which must outlive it.
  explicit MovedFiles(const Archive& archive);

  /// The move that brought the file to `path`: the archive has records of a file with the same
  /// contents that no longer exists. Reads the file only if one of its size is archived. Each
  /// archived file is returned only once.
  std::optional<MovedFile> find(const std::string& path);

 private:
  struct File {
    std::uint64_t size;
    std::uint64_t hash;
    RecordPlace place;
    bool operator<(const File& other) const {
      return std::tie(size, hash, place) < std::tie(other.size, other.hash, other.place);
    }
  };

  const Archive& archive_;
  std::vector<File> files_;                // one of each run of records of a path
  std::unordered_set<std::string> moved_;  // paths that were returned
};

/// Which files no longer exist, as opposed to files on a disk that is not mounted at the moment.
struct GoneFiles {
  /// Paths, in the order of their records.
  std::vector<std::string> gone;
  /// Number of files that are missing, but perhaps only temporarily, by the deepest folder of their
  /// path that exists.
  std::map<std::string, std::uint64_t> doubtful;
};

/// Looks for the file behind each record that has a source. A missing file is gone if some archived
/// file still exists below the deepest existing folder of its path; but not if whole folders of its
/// path are missing below a folder where disks are mounted, the root, or the working directory
/// (keys of another machine). `force`: every missing file is gone.
GoneFiles find_gone_files(const Archive& archive, bool force);

}  // namespace pairalign::archive

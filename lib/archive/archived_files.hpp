// Which files need no tokenising any more, because an archive has strings of them as they are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "archive/archive.hpp"

namespace pairalign::archive {

/// Takes 16 bytes per file of the archive.
class ArchivedFiles {
 public:
  /// Reads the keys of the archive at `path`; none there yet holds nothing. With `checksum`, a file
  /// of the same size and mtime is read and compared as well. Throws Error: something else is there,
  /// or the archive is damaged where that shows.
  explicit ArchivedFiles(const std::string& path, bool checksum = false);

  /// Null where there is no archive yet.
  const Archive* archive() const { return archive_ ? &*archive_ : nullptr; }

  /// Whether the archive holds strings of the file at `path`, written as in their keys, and the
  /// file has not changed since: same size, and same mtime or same contents (which are read only
  /// when the mtime differs). False for what is no regular file, and where the archive does not
  /// know what the strings were made from.
  bool holds(const std::string& path) const;

 private:
  struct Place {
    std::uint64_t path_hash;
    std::uint64_t record;
  };

  bool checksum_;
  std::optional<Archive> archive_;
  std::vector<Place> places_;  // one for each run of records of a path, by hash
};

}  // namespace pairalign::archive

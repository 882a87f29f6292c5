// Which files need no tokenising because an archive has strings of their present contents.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "archive/archive.hpp"

namespace pairalign::archive {

/// Uses 16 bytes of memory per archived file.
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
  struct Place {
    std::uint64_t path_hash;
    std::uint64_t record;
  };

  bool checksum_;
  std::optional<Archive> archive_;
  std::vector<Place> places_;  // one for each run of records of a path, sorted by hash
};

}  // namespace pairalign::archive

// Files that an archive knows under another path: moved or renamed, and recognised by their
// contents.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "archive/archive.hpp"
#include "archive/source.hpp"

namespace pairalign::archive {

struct MovedFile {
  std::string from;
  std::string to;
  Source source;  ///< of the file where it is now
};

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
    std::uint64_t record;
    bool operator<(const File& other) const;
  };

  const Archive& archive_;
  std::vector<File> files_;
};

}  // namespace pairalign::archive

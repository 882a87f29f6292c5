// What a record was made from: enough to tell later whether the file has changed since.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace pairalign::archive {

/// A regular file as it was when its record was archived.
struct Source {
  std::uint64_t size = 0;
  /// Nanoseconds since 1970.
  std::int64_t mtime_ns = 0;
  /// XXH3-64 of the contents; 0 when not known (the file changed while it was read).
  std::uint64_t hash = 0;
};

inline bool operator==(const Source& a, const Source& b) {
  return a.size == b.size && a.mtime_ns == b.mtime_ns && a.hash == b.hash;
}
inline bool operator!=(const Source& a, const Source& b) {
  return !(a == b);
}

/// Whether two descriptions are of the same bytes: by size and contents, or by mtime where the
/// contents of either are not known.
bool same_contents(const Source& a, const Source& b);

/// Whether the file at `path` still is what `source` describes: same size, and same mtime or, by
/// reading it, same contents. False when that cannot be known.
bool is_unchanged(const std::string& path, const Source& source);

/// Of a regular file as it is now, read to its end for the hash; nothing for anything else.
std::optional<Source> read_source(const std::string& path);

/// Without its hash: reads nothing.
std::optional<Source> look_at_source(const std::string& path);

/// True only when it is certain that no file is there: not when its disk fails or a folder may not
/// be looked into.
bool is_gone(const std::string& path);

/// Finds the sources of keys. Contents are read once per path, however many records a path has.
class SourceReader {
 public:
  /// The source of the path in `key` (its media fragment left out); nothing when that is no regular
  /// file that can be read, for a string may well outlive its audio.
  std::optional<Source> of(std::string_view key);

 private:
  bool in_absent_folder(const std::string& path);

  std::unordered_map<std::string, Source> known_;
  // That a path was last looked for in and not found: with its slash, and whether it is there.
  std::string folder_;
  bool folder_exists_ = false;
};

}  // namespace pairalign::archive

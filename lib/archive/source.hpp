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
  /// XXH3-64 of the contents; 0 when not known (the file changed while it was read, or before).
  std::uint64_t hash = 0;
};

inline bool operator==(const Source& a, const Source& b) {
  return a.size == b.size && a.mtime_ns == b.mtime_ns && a.hash == b.hash;
}
inline bool operator!=(const Source& a, const Source& b) {
  return !(a == b);
}

/// A file that is now at another path.
struct MovedFile {
  std::string from;
  std::string to;
  Source source;  ///< of the file where it is now
};

/// Whether both describe the same bytes: same size, and same contents or, if those of either are
/// not known, same mtime.
bool same_contents(const Source& a, const Source& b);

/// Whether the file at `path` is still what `source` describes: same size, and same mtime (unless
/// `checksum`) or, by reading it, same contents. False if that cannot be determined.
bool is_unchanged(const std::string& path, const Source& source, bool checksum);

/// Nanoseconds since 1970.
std::int64_t now_ns();

/// When strings were made: their audio was neither modified after `modified_ns` (but a time in the
/// future is the error of a clock), nor was a file renamed to its name, or otherwise changed in
/// status, after `changed_ns`. Copies of audio and strings together, as from a backup, keep only
/// the former.
struct StringTime {
  std::int64_t modified_ns = INT64_MAX;
  std::int64_t changed_ns = INT64_MAX;
};

/// The source of a regular file as it is now, read to its end for the hash; nothing for other
/// files. A file that is newer than its string is not read: the string may not be of these
/// contents.
std::optional<Source> read_source(const std::string& path, const StringTime& made = {});

/// Likewise without the hash: does not read the file.
std::optional<Source> look_at_source(const std::string& path);

/// True only if it is certain that no file is there: false if its disk fails or a folder cannot be
/// searched.
bool is_gone(const std::string& path);

/// Looks up the sources of keys. Contents are read once per path, however many records a path has.
class SourceReader {
 public:
  /// `made`: the strings of the keys.
  explicit SourceReader(const StringTime& made = {}) : made_(made) {}

  /// The source of the path in `key` (without its media fragment); nothing if that is not a
  /// readable regular file, since a string may outlive its audio.
  std::optional<Source> of(std::string_view key);

 private:
  bool in_absent_folder(const std::string& path);

  StringTime made_;
  std::unordered_map<std::string, Source> known_;
  // The folder checked last, with its slash.
  std::string folder_;
  bool folder_is_gone_ = false;
};

}  // namespace pairalign::archive

// The folder of an archive: the names of its files, and its lock.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/file.hpp"

namespace pairalign::archive {

constexpr const char* kManifestFile = "manifest";
constexpr const char* kLockFile = "lock";
std::string segment_file(std::uint64_t number);
std::string removed_file(std::uint64_t number);

/// A file of records (segment-000012) or of removed records (removed-000013).
struct NumberedFile {
  std::uint64_t number = 0;
  bool is_segment = false;
  bool is_new = false;  ///< ends in kNewSuffix
};
/// Nothing for any other name.
std::optional<NumberedFile> parse_numbered(const std::string& name);

/// Throws Error(path, reason) if that cannot be determined.
bool exists(const std::string& path);

/// In ascending order. Throws Error(folder, reason).
std::vector<std::string> names_in(const std::string& folder);

/// Files that a writer has written end in this until the manifest that names them is in place. A
/// reader that does not find a file looks for it under the longer name.
constexpr const char* kNewSuffix = ".new";
std::string with_new_suffix_if_absent(const std::string& path);

/// Calls `open` with the name under which the file exists. A writer may rename it between that
/// check and its opening.
template <class Open>
auto open_under_either_name(const std::string& path, Open open) {
  const std::string found = with_new_suffix_if_absent(path);
  try {
    return open(found);
  } catch (const Error&) {
    if (found == path || !exists(path)) throw;
  }
  return open(path);
}

/// Whether this is a file that no manifest can have named: one that is not committed, or a
/// temporary file of replace_file.
bool is_leftover(const std::string& name);

/// Whether an archive can be created at `path`: nothing is there, or a folder that holds only what
/// a writer leaves before its first commit.
bool is_free(const std::string& path);

/// The error for a folder without a manifest: an archive that has lost it, or no archive at all.
Error no_manifest(const std::string& folder);

/// One writer at a time: holds an exclusive flock(2) on a file, which is created if absent. The
/// kernel releases it when the holder ends, however it ends, so there are no stale locks to clear
/// by hand.
class FolderLock {
 public:
  /// Waits up to `wait_seconds` for another process to release the lock. Throws Error(`archive`, …)
  /// if it still holds the lock then, or if locking fails.
  FolderLock(const std::string& archive, const std::string& file, double wait_seconds = 0);

  /// Deletes the file, while still holding the lock on it.
  void remove();

 private:
  std::string file_;
  Descriptor fd_;
};

}  // namespace pairalign::archive

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

/// Calls `open` with the name under which the file exists. A writer may remove the suffix between
/// the check and the opening.
template <class Open>
auto open_under_either_name(const std::string& path, Open open) {
  const std::string longer = path + kNewSuffix;
  if (exists(path) || !exists(longer)) return open(path);
  try {
    return open(longer);
  } catch (const Error&) {
    if (!exists(path)) throw;
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

/// One writer at a time: holds an exclusive flock(2) on `file`, which is created if absent, as long
/// as it is open. The kernel releases it when the holder ends, however it ends, so there are no
/// stale locks to clear by hand. Waits up to `wait_seconds` for another process to release the
/// lock. Throws Error(`archive`, …) if it still holds the lock then, or if locking fails.
Descriptor lock(const std::string& archive, const std::string& file, double wait_seconds);

}  // namespace pairalign::archive

// The folder of an archive, as far as names tell.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/file.hpp"

namespace pairalign::archive {

/// Throws Error(path, reason) when that cannot be known.
bool exists(const std::string& path);

/// Throws Error(folder, reason).
std::vector<std::string> names_in(const std::string& folder);

/// A file of records, segment-000012, or of removed ones, removed-000013.
struct NumberedFile {
  std::uint64_t number = 0;
  bool is_segment = false;
  bool is_new = false;  ///< ends in kNewSuffix
};
/// Nothing for any other name.
std::optional<NumberedFile> parse_numbered(const std::string& name);

/// What a writer writes has this at the end of its name until the manifest that names it is there.
/// A reader that does not find a file looks for it under the longer name.
constexpr const char* kNewSuffix = ".new";
std::string with_new_suffix_if_absent(const std::string& path);

/// What `open` makes of the file under either name. A writer may rename it between the look at its
/// name and its opening.
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

/// Names of what no manifest can ever have spoken of: files that are not committed, and the
/// temporary files of replace_file.
bool is_leftover(const std::string& name);

/// Whether there is no archive at `path`, and none in the way of one: nothing, or a folder that
/// holds only what a writer leaves before its first commit.
bool is_free(const std::string& path);

/// What to say of a folder without a manifest: that of an archive which lost it, or any other.
Error no_manifest(const std::string& folder);

}  // namespace pairalign::archive

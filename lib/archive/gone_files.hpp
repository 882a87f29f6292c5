// Which files behind an archive's records no longer exist, as opposed to files on a disk that is
// not mounted at the moment.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "archive/archive.hpp"

namespace pairalign::archive {

struct GoneFiles {
  /// Paths, in the order of their records.
  std::vector<std::string> gone;
  /// Number of files that are missing, but perhaps only temporarily, by the deepest folder of their
  /// path that exists.
  std::map<std::string, std::uint64_t> doubtful;
  std::uint64_t present = 0;
};

/// Looks for the file behind each record that has a source. A missing file is gone if some archived
/// file still exists below the deepest existing folder of its path; but not if whole folders of its
/// path are missing below a folder where disks are mounted, the root, or the working directory
/// (keys of another machine). `force`: every missing file is gone.
GoneFiles find_gone_files(const Archive& archive, bool force);

}  // namespace pairalign::archive

// Which files behind an archive's records are there no more, told from files on a disk that is not
// there at the moment.
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
  /// Not there either, but perhaps for a while only: by the folder that is the last to be there, how
  /// many.
  std::map<std::string, std::uint64_t> doubtful;
  std::uint64_t present = 0;
};

/// Looks for the file behind each record that has a source. A file that is not there is gone when
/// some archived file still is below the folder where its path breaks off; and not when whole
/// folders of it are missing below a folder where disks are mounted, the root or the folder one
/// works in (keys of another machine). `force`: all that is not there is gone.
GoneFiles find_gone_files(const Archive& archive, bool force);

}  // namespace pairalign::archive

// Where a tool's inputs come from: paths on the command line, folders walked, path lists on stdin.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace pairalign::cli {

/// Calls `take(path)` for each input in order. A folder is walked (sorted by name, hidden entries
/// left out, only names with an audio extension); with no paths, path lines are read from stdin as
/// they come (`nul_separated`: split at NUL). "-" is handed on as it is. `fail(path, reason)` is
/// called for what cannot be read.
void for_each_input(const std::vector<std::string>& paths, bool nul_separated,
                    const std::function<void(const std::string&)>& take,
                    const std::function<void(const std::string&, const std::string&)>& fail);

}  // namespace pairalign::cli

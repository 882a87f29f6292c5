// The folder of an archive, as far as names tell.
#pragma once

#include <string>
#include <vector>

namespace pairalign::archive {

bool exists(const std::string& path);

/// Throws Error(folder, reason).
std::vector<std::string> names_in(const std::string& folder);

/// Names that a writer, killed or not, may have left: its files, and the temporary files of
/// replace_file.
bool may_be_orphan(const std::string& name);

/// Whether there is no archive at `path`, and none in the way of one: nothing, or a folder that
/// holds only what a writer leaves before its first commit.
bool is_free(const std::string& path);

}  // namespace pairalign::archive

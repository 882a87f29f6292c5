// Files as they are now, to be compared with what an archive remembers of them.
#pragma once

#include <optional>
#include <string>

#include "archive/source.hpp"

namespace pairalign::archive {

/// Of a regular file, read to its end for the hash; nothing for anything else.
std::optional<Source> read_source(const std::string& path);

/// Without its hash: reads nothing.
std::optional<Source> look_at_source(const std::string& path);

/// True only when it is certain that no file is there: not when its disk fails or a folder may not
/// be looked into.
bool is_gone(const std::string& path);

}  // namespace pairalign::archive

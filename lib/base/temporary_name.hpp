// How replace_file names the file that takes the place of another when it is complete.
#pragma once

namespace pairalign {

/// Behind the name of the other file, and before six letters or digits.
constexpr const char* kTemporarySuffix = ".tmp-";

}  // namespace pairalign

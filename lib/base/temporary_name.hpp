// How replace_file names the temporary file that replaces another when it is complete.
#pragma once

namespace pairalign {

/// After the name of the other file, and before six letters or digits.
constexpr const char* kTemporarySuffix = ".tmp-";

}  // namespace pairalign

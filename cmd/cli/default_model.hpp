// Where a tool finds its model when the user names none.
#pragma once

#include <string>

namespace pairalign::cli {

/// `given` if not empty, else $PAIRALIGN_MODEL, else the model installed beside the running program
/// (../share/pairalign/default.safetensors). A name without a slash that is not a file is looked up
/// as NAME.safetensors in that folder. Throws Error with the places tried.
std::string find_model(const std::string& given);

}  // namespace pairalign::cli

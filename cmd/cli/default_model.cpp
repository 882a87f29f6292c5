#include "cli/default_model.hpp"

#include <cstdlib>
#include <filesystem>

#include "base/error.hpp"

namespace pairalign::cli {
namespace {

namespace fs = std::filesystem;

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

// ../share/pairalign relative to the running program, in a build folder and wherever it is
// installed.
fs::path shipped_models() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  return error ? fs::path() : program.parent_path().parent_path() / "share" / "pairalign";
}

}  // namespace

std::string find_model(const std::string& given) {
  std::string wanted = given, source;
  if (wanted.empty()) {
    const char* variable = std::getenv("PAIRALIGN_MODEL");
    if (variable != nullptr) {
      wanted = variable;
      source = "PAIRALIGN_MODEL=";
    }
  }
  const fs::path folder = shipped_models();
  if (wanted.empty()) {
    const fs::path shipped = folder / "default.safetensors";
    if (is_file(shipped)) return shipped.string();
    throw Error("no model found",
                "looked at $PAIRALIGN_MODEL and " + shipped.string() + "; name one with --model");
  }
  if (is_file(wanted) || wanted.find('/') != std::string::npos) return wanted;
  const fs::path named = folder / (wanted + ".safetensors");
  if (is_file(named)) return named.string();
  throw Error(source + wanted, "no such model; looked here and at " + named.string());
}

}  // namespace pairalign::cli

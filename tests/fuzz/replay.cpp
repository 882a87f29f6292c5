// Runs a harness over files and folders of inputs, in order: the corpus as an ordinary test, and
// one input that a fuzzer found, under a debugger.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/resource.h>

#include "base/file.hpp"
#include "base/multiversion.hpp"
#include "harness.hpp"

namespace fs = std::filesystem;

// As libFuzzer does: a small input that asks for gigabytes is a fault. Sanitizers reserve more than
// that for themselves.
void limit_memory() {
#ifndef PAIRALIGN_SANITIZED
  const rlim_t bytes = rlim_t{4} << 30;
  const rlimit limit = {bytes, bytes};
  ::setrlimit(RLIMIT_AS, &limit);
#endif
}

int main(int argc, char** argv) {
  limit_memory();
  std::vector<std::string> paths;
  for (int i = 1; i < argc; ++i) {
    if (!fs::is_directory(argv[i])) {
      paths.emplace_back(argv[i]);
      continue;
    }
    for (const fs::directory_entry& entry : fs::directory_iterator(argv[i]))
      paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  for (std::string& path : paths)
    path = fs::absolute(path).string();  // a harness may change the folder
  for (const std::string& path : paths) {
    std::fprintf(stderr, "%s\n", path.c_str());
    const std::string bytes = pairalign::read_file(path);
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  }
  std::fprintf(stderr, "%zu inputs\n", paths.size());
  return paths.empty() ? 1 : 0;
}

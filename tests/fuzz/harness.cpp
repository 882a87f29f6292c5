#include "harness.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <sys/mman.h>
#include <unistd.h>

#include "base/descriptor.hpp"

namespace pairalign::fuzz {

namespace fs = std::filesystem;

void require(bool good, const char* property) {
  if (good) return;
  std::fprintf(stderr, "not so: %s\n", property);
  std::abort();
}

MemoryFile::MemoryFile(std::string_view bytes)
    : fd_(::memfd_create("fuzz", MFD_CLOEXEC)), path_("/proc/self/fd/" + std::to_string(fd_)) {
  require(fd_ >= 0, "memory for a file");
  write_all(fd_, bytes, "memory file");
  ::lseek(fd_, 0, SEEK_SET);
}

MemoryFile::~MemoryFile() {
  ::close(fd_);
}

ScratchFolder::ScratchFolder() {
  const bool in_memory = ::access("/dev/shm", W_OK | X_OK) == 0;
  path_ = in_memory ? "/dev/shm" : fs::temp_directory_path().string();
  path_ += "/pairalign-fuzz-XXXXXX";
  require(::mkdtemp(path_.data()) != nullptr, "a scratch folder");
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

void ScratchFolder::empty() const {
  for (const fs::directory_entry& entry : fs::directory_iterator(path_))
    fs::remove_all(entry.path());
}

void write_file(const std::string& path, std::string_view bytes) {
  fs::create_directories(fs::path(path).parent_path());
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  require(file.good(), "a scratch file");
}

}  // namespace pairalign::fuzz

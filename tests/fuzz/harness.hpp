// What the fuzzing harnesses share. A harness is one function of libFuzzer's interface; it is
// linked with libFuzzer (-DPAIRALIGN_FUZZ=ON) or with replay.cpp, which runs it over the committed
// corpus.
//
// A harness lets only `Error` pass: any other exception, and what it finds wrong itself, ends the
// process, which is what a fuzzer and CTest take for a failure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace pairalign::fuzz {

inline std::string_view as_text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Ends the process with a message when `good` is false: for properties that every input must have.
void require(bool good, const char* property);

/// Bytes in memory that have a path, for code that opens files.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes);
  ~MemoryFile();
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  int descriptor() const { return fd_; }
  const std::string& path() const { return path_; }

 private:
  int fd_;
  std::string path_;
};

/// A folder of its own, in memory where the system has such a place, gone at the end of the
/// process.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  void empty() const;

 private:
  std::string path_;
};

/// Writes a small file; the folders above it are made.
void write_file(const std::string& path, std::string_view bytes);

}  // namespace pairalign::fuzz

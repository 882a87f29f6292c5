#include "inputs.hpp"

#include <algorithm>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/descriptor.hpp"
#include "cli/inputs.hpp"
#include "cli/program.hpp"

namespace pairalign {
namespace {

constexpr std::size_t kLook = 4096;

// The next bytes of a descriptor, without consuming them. Empty where that is impossible, as for a
// terminal.
std::string peek(int fd) {
  std::string bytes(kLook, '\0');
  struct stat info {};
  if (::fstat(fd, &info) != 0) return {};
  ssize_t n = -1;
  if (S_ISREG(info.st_mode)) {
    n = ::pread(fd, bytes.data(), bytes.size(), ::lseek(fd, 0, SEEK_CUR));
  } else if (S_ISFIFO(info.st_mode)) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return {};
    const Descriptor out(ends[0]), in(ends[1]);
    // Copies within the kernel, and waits for the first bytes.
    if (::tee(fd, in.get(), bytes.size(), 0) > 0) n = ::read(out.get(), bytes.data(), bytes.size());
  }
  bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
  return bytes;
}

bool holds_zero(const std::string& bytes) {
  return bytes.find('\0') != std::string::npos;
}

// Text has no zero bytes; every audio format has some near its beginning.
bool is_audio(const std::string& path) {
  struct stat info {};
  if (path == "-") return holds_zero(peek(STDIN_FILENO));
  if (cli::has_audio_extension(path)) return true;
  if (::stat(path.c_str(), &info) != 0) return false;
  if (S_ISDIR(info.st_mode)) return true;
  if (!S_ISREG(info.st_mode)) return false;
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  return fd.get() >= 0 && holds_zero(peek(fd.get()));
}

// A list of recordings begins with the path of one.
bool stdin_lists_audio() {
  struct stat info {};
  const std::string bytes = peek(STDIN_FILENO);
  const std::string path = bytes.substr(0, bytes.find_first_of("\r\n"));
  return !path.empty() && ::stat(path.c_str(), &info) == 0;
}

}  // namespace

bool inputs_are_audio(const StatsOptions& options) {
  if (!options.manifest.empty()) return true;
  if (options.files.empty()) return options.null || stdin_lists_audio();
  const bool audio = is_audio(options.files.front());
  for (const std::string& path : options.files) {
    if (is_audio(path) != audio) {
      throw cli::UsageError("cannot mix audio and token strings: " + options.files.front() +
                            " and " + path);
    }
  }
  return audio;
}

}  // namespace pairalign

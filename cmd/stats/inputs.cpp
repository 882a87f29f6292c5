#include "inputs.hpp"

#include <algorithm>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "cli/inputs.hpp"
#include "cli/program.hpp"
#include "tokens/audio_list.hpp"

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

bool exists(const std::string& path) {
  struct stat info {};
  return !path.empty() && ::stat(path.c_str(), &info) == 0;
}

// Text has no zero bytes; every audio format has some near its beginning.
StatsInput kind_of_path(const std::string& path) {
  struct stat info {};
  if (path == "-") return holds_zero(peek(STDIN_FILENO)) ? StatsInput::audio : StatsInput::records;
  if (cli::has_audio_extension(path)) return StatsInput::audio;
  if (::stat(path.c_str(), &info) != 0) return StatsInput::records;
  if (S_ISDIR(info.st_mode)) return StatsInput::audio;
  if (!S_ISREG(info.st_mode)) return StatsInput::records;
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  return fd.get() >= 0 && holds_zero(peek(fd.get())) ? StatsInput::audio : StatsInput::records;
}

// A list of recordings begins with the path of one.
StatsInput kind_of_stdin(bool nul_separated) {
  const std::string bytes = peek(STDIN_FILENO);
  const std::size_t end = bytes.find_first_of(nul_separated ? std::string(1, '\0') : "\r\n");
  const bool list = nul_separated || exists(bytes.substr(0, end));
  return list ? StatsInput::audio : StatsInput::records;
}

}  // namespace

StatsInput kind_of_input(const StatsOptions& options) {
  if (!options.manifest.empty()) return StatsInput::audio;
  if (options.files.empty()) return kind_of_stdin(options.null);
  const StatsInput kind = kind_of_path(options.files.front());
  for (const std::string& path : options.files) {
    if (kind_of_path(path) != kind) {
      throw cli::UsageError("audio and token strings are given: " + options.files.front() +
                            " and " + path);
    }
  }
  return kind;
}

void for_each_recording(const StatsOptions& options,
                        const std::function<void(std::string, std::string)>& take,
                        const std::function<void(std::string, std::string)>& fail) {
  if (options.manifest.empty()) {
    cli::for_each_input(
        options.files, options.null, [&](const std::string& path) { take(path, path); }, fail);
    return;
  }
  tokens::read_audio_list(
      options.manifest,
      [&](tokens::ListedAudio audio) { take(std::move(audio.path), std::move(audio.key)); },
      [&](const Error& error) { fail(error.subject(), error.reason()); });
}

}  // namespace pairalign

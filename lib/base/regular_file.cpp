#include "base/regular_file.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"

namespace pairalign {

// Non-blocking, or opening a named pipe would wait for a writer before it could be refused.
RegularFile::RegularFile(const std::string& path)
    : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
  if (fd_.get() < 0) throw errno_error(path, "cannot open");
  struct stat info {};
  if (::fstat(fd_.get(), &info) != 0) throw errno_error(path, "cannot stat");
  if (!S_ISREG(info.st_mode)) throw Error(path, "not a regular file");
  size_ = static_cast<std::size_t>(info.st_size);
}

void RegularFile::read(std::uint64_t offset, void* bytes, std::size_t size) const {
  for (auto* at = static_cast<char*>(bytes); size > 0;) {
    const ssize_t n = ::pread(fd_.get(), at, size, static_cast<off_t>(offset));
    if (n == 0) throw Error("", "was cut short while it was read");
    if (n < 0 && errno != EINTR) throw errno_error("", "cannot read");
    if (n < 0) continue;
    at += n;
    offset += static_cast<std::uint64_t>(n);
    size -= static_cast<std::size_t>(n);
  }
}

}  // namespace pairalign

#include "audio/byte_range.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

#include "base/error.hpp"

namespace pairalign::audio {

ByteRange::ByteRange(int fd, std::int64_t start, std::int64_t end, const std::string& name)
    : fd_(::fcntl(fd, F_DUPFD_CLOEXEC, 0)), start_(start), end_(end) {
  if (fd_.get() < 0) throw errno_error(name, "cannot open");
}

std::int64_t ByteRange::read(std::int64_t offset, void* out, std::int64_t count) const {
  count = std::clamp<std::int64_t>(size() - offset, 0, count);
  std::int64_t done = 0;
  while (done < count) {
    const ssize_t n = ::pread(fd_.get(), static_cast<char*>(out) + done,
                              static_cast<std::size_t>(count - done), start_ + offset + done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return -1;
    if (n == 0) break;
    done += n;
  }
  return done;
}

}  // namespace pairalign::audio

// An open file descriptor, owned.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <unistd.h>

namespace pairalign {

/// Closes its descriptor when it goes out of scope; negative: none.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

/// Opens a file for reading; `flags` are added to O_RDONLY. Throws Error(path, "cannot open: …").
Descriptor open_for_reading(const std::string& path, int flags = 0);

/// Reads what is there, at most `size` bytes, waiting for the first; 0 at the end. Throws
/// Error(subject, "cannot read: …").
std::size_t read_some(int fd, void* bytes, std::size_t size, const std::string& subject);

/// Writes all of `bytes`, in as many calls as it takes. Throws Error(subject, "cannot write: …").
void write_all(int fd, std::string_view bytes, const std::string& subject);

}  // namespace pairalign

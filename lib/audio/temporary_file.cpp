#include "audio/temporary_file.hpp"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <gsl/assert>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.hpp"

namespace pairalign::audio {

TemporaryFile::TemporaryFile(const std::string& folder) : folder_(folder) {
  std::string path = folder_ + "/pairalign.XXXXXX";
  fd_ = Descriptor(::mkostemp(path.data(), O_CLOEXEC));
  if (fd_.get() < 0) throw errno_error(folder_, "cannot create a temporary file");
  ::unlink(path.c_str());
}

TemporaryFile::~TemporaryFile() {
  if (mapping_ != nullptr) ::munmap(mapping_, size_);
}

TemporaryFile::TemporaryFile(TemporaryFile&& other) noexcept
    : folder_(std::move(other.folder_)),
      fd_(std::move(other.fd_)),
      size_(std::exchange(other.size_, 0)),
      mapping_(std::exchange(other.mapping_, nullptr)) {}

void TemporaryFile::append(const void* data, std::size_t size) {
  Expects(mapping_ == nullptr);
  write_all(fd_.get(), {static_cast<const char*>(data), size}, folder_ + ": temporary file");
  size_ += size;
}

void TemporaryFile::truncate(std::size_t size) {
  Expects(mapping_ == nullptr && size <= size_);
  if (::ftruncate(fd_.get(), static_cast<off_t>(size)) != 0 ||
      ::lseek(fd_.get(), static_cast<off_t>(size), SEEK_SET) < 0) {
    throw errno_error(folder_, "cannot shorten a temporary file");
  }
  size_ = size;
}

const void* TemporaryFile::map() {
  if (mapping_ == nullptr && size_ > 0) {
    void* mapping = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, fd_.get(), 0);
    if (mapping == MAP_FAILED) throw errno_error(folder_, "cannot map a temporary file");
    mapping_ = mapping;
  }
  return mapping_;
}

}  // namespace pairalign::audio

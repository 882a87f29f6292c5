#include "model/npy_file.hpp"

#include <cerrno>
#include <cstdio>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/temporary_name.hpp"

namespace pairalign::model {
namespace {

// Magic, version and length of the header take 10 bytes; room for any number of rows.
constexpr std::size_t kHeaderBytes = 128;
constexpr std::size_t kPreamble = 10;

std::string header(std::int64_t rows, std::size_t columns) {
  std::string text("\x93NUMPY\x01\x00", 8);
  text += static_cast<char>(kHeaderBytes - kPreamble);
  text += '\0';
  text +=
      fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {}), }}", rows, columns);
  text.resize(kHeaderBytes - 1, ' ');
  return text + '\n';
}

void write_at(int fd, const void* data, std::size_t size, off_t offset, const std::string& path) {
  const char* bytes = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t n = ::pwrite(fd, bytes, size, offset);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw errno_error(path, "cannot write");
    bytes += n, offset += n, size -= static_cast<std::size_t>(n);
  }
}

}  // namespace

NpyFile::NpyFile(std::string path, std::size_t columns)
    : path_(std::move(path)),
      temporary_(path_ + kTemporarySuffix + "XXXXXX"),
      fd_(-1),
      columns_(columns) {
  check_replaceable(path_);
  fd_ = Descriptor(::mkostemp(temporary_.data(), O_CLOEXEC));
  if (fd_.get() < 0) {
    temporary_.clear();
    throw errno_error(path_, "cannot write");
  }
}

NpyFile::~NpyFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void NpyFile::append(Span<const float> values) {
  const auto row_bytes = static_cast<off_t>(columns_ * sizeof(float));
  write_at(fd_.get(), values.data(), values.size() * sizeof(float),
           static_cast<off_t>(kHeaderBytes) + rows_ * row_bytes, path_);
  rows_ += static_cast<std::int64_t>(values.size() / columns_);
}

void NpyFile::finish() {
  const std::string text = header(rows_, columns_);
  write_at(fd_.get(), text.data(), text.size(), 0, path_);
  // mkstemp makes it for the owner alone; others get what the umask gives.
  const mode_t mask = ::umask(0);
  ::umask(mask);
  if (::fchmod(fd_.get(), 0666 & ~mask) != 0 || ::fsync(fd_.get()) != 0 ||
      ::rename(temporary_.c_str(), path_.c_str()) != 0) {
    throw errno_error(path_, "cannot write");
  }
  temporary_.clear();
}

}  // namespace pairalign::model

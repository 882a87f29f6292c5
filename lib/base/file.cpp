#include "base/file.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"

namespace pairalign {
namespace {

constexpr std::string_view kTemporary = ".tmp-", kPattern = "XXXXXX";  // for mkostemp

// The folder of the file at `path`.
std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

// After a rename, the folder itself must reach the disk, or a power cut may undo the rename.
void sync_folder_of(const std::string& path) {
  const Descriptor fd(::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0 || ::fsync(fd.get()) != 0) throw errno_error(path, "cannot sync the folder");
}

}  // namespace

std::string_view file_of_temporary(std::string_view name) {
  const auto is_random = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  };
  const std::size_t mark = name.rfind(kTemporary);
  if (mark == std::string_view::npos) return {};
  const std::string_view random = name.substr(mark + kTemporary.size());
  const bool ours =
      random.size() == kPattern.size() && std::all_of(random.begin(), random.end(), is_random);
  return ours ? name.substr(0, mark) : std::string_view();
}

Descriptor open_for_reading(const std::string& path, int flags) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | flags));
  if (file.get() < 0) throw errno_error(path, "cannot open");
  return file;
}

std::size_t read_some(int fd, void* bytes, std::size_t size, const std::string& subject) {
  for (;;) {
    const ssize_t n = ::read(fd, bytes, size);
    if (n >= 0) return static_cast<std::size_t>(n);
    if (errno != EINTR) throw errno_error(subject, "cannot read");
  }
}

void write_all(int fd, std::string_view bytes, const std::string& subject) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0) {
      if (errno == EINTR) continue;
      throw errno_error(subject, "cannot write");
    }
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

std::string read_file(const std::string& path) {
  const Descriptor file = open_for_reading(path);
  std::string bytes;
  char buffer[1 << 16];
  while (const std::size_t n = read_some(file.get(), buffer, sizeof buffer, path))
    bytes.append(buffer, n);
  return bytes;
}

void check_replaceable(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode)) {
    throw Error(path, "not a regular file; not replaced");  // a rename would take /dev/null away
  }
  if (::access(folder_of(path).c_str(), W_OK | X_OK) != 0) {
    throw errno_error(path, "cannot write into its folder");
  }
}

void replace_file(const std::string& path, std::string_view bytes) {
  replace_file(path, Span<const std::string_view>(&bytes, 1));
}

void replace_file(const std::string& path, Span<const std::string_view> pieces) {
  FileReplacement file(path);
  for (const std::string_view& bytes : pieces)
    file.append(bytes);
  file.commit();
}

FileReplacement::FileReplacement(std::string path) : path_(std::move(path)) {
  check_replaceable(path_);
  std::string temporary = path_ + std::string(kTemporary) + std::string(kPattern);
  fd_ = Descriptor(::mkostemp(temporary.data(), O_CLOEXEC));
  if (fd_.get() < 0) throw errno_error(path_, "cannot create");
  temporary_ = std::move(temporary);
}

FileReplacement::~FileReplacement() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void FileReplacement::append(std::string_view bytes) {
  write_all(fd_.get(), bytes, path_);
}

void FileReplacement::overwrite_start(std::string_view bytes) {
  if (::lseek(fd_.get(), 0, SEEK_SET) != 0) throw errno_error(path_, "cannot seek");
  write_all(fd_.get(), bytes, path_);
  if (::lseek(fd_.get(), 0, SEEK_END) < 0) throw errno_error(path_, "cannot seek");
}

void FileReplacement::commit() {
  // mkostemp gives 0600; a replaced file should be as readable as any new file.
  const mode_t mask = ::umask(0);
  ::umask(mask);
  if (::fchmod(fd_.get(), 0666 & ~mask) != 0) throw errno_error(path_, "cannot set permissions");
  if (::fsync(fd_.get()) != 0) throw errno_error(path_, "cannot sync");
  if (::close(fd_.release()) != 0) throw errno_error(path_, "cannot close");
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) throw errno_error(path_, "cannot rename");
  temporary_.clear();
  sync_folder_of(path_);
}

// Non-blocking, or opening a named pipe would wait for a writer before it could be refused.
RegularFile::RegularFile(const std::string& path) : fd_(open_for_reading(path, O_NONBLOCK)) {
  struct stat info {};
  if (::fstat(fd_.get(), &info) != 0) throw errno_error(path, "cannot stat");
  if (!S_ISREG(info.st_mode)) throw Error(path, "not a regular file");
  size_ = static_cast<std::size_t>(info.st_size);
}

void RegularFile::read(std::uint64_t offset, void* bytes, std::size_t size) const {
  for (auto* at = static_cast<char*>(bytes); size > 0;) {
    const ssize_t n = ::pread(fd_.get(), at, size, static_cast<off_t>(offset));
    if (n == 0) throw Error("", "was truncated while being read");
    if (n < 0 && errno != EINTR) throw errno_error("", "cannot read");
    if (n < 0) continue;
    at += n;
    offset += static_cast<std::uint64_t>(n);
    size -= static_cast<std::size_t>(n);
  }
}

MappedFile::MappedFile(const std::string& path) {
  const RegularFile file(path);
  size_ = file.size();
  if (size_ == 0) return;  // mmap refuses an empty range
  void* address = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, file.descriptor(), 0);
  if (address == MAP_FAILED) throw errno_error(path, "cannot map");
  data_ = static_cast<const unsigned char*>(address);
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<unsigned char*>(data_), size_);
}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

}  // namespace pairalign

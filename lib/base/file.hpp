// Files: read, mapped, or replaced in one step.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/descriptor.hpp"
#include "base/span.hpp"

namespace pairalign {

/// The bytes of a file. Throws Error(path, ...).
std::string read_file(const std::string& path);

/// The file that `name` is a temporary file of, which replaces it when it is complete; empty if
/// `name` is not of that form: the file's name, ".tmp-", and six letters or digits.
std::string_view file_of_temporary(std::string_view name);

/// Writes `bytes` so that `path` is, at every instant, either the old file or the whole new one:
/// temporary file in the same folder, fsync, rename, fsync of the folder. Throws Error(path, ...);
/// then the temporary file is gone and the old file is untouched. A path that exists but is not a
/// regular file (a device, a folder) is refused.
void replace_file(const std::string& path, std::string_view bytes);
/// The same for bytes in several places, which are concatenated in the file.
void replace_file(const std::string& path, Span<const std::string_view> pieces);

/// The same, written piece by piece.
class FileReplacement {
 public:
  explicit FileReplacement(std::string path);
  /// Without `commit`, nothing is left behind.
  ~FileReplacement();
  FileReplacement(const FileReplacement&) = delete;
  FileReplacement& operator=(const FileReplacement&) = delete;

  void append(std::string_view bytes);
  /// Overwrites the first of the bytes appended so far.
  void overwrite_start(std::string_view bytes);
  void commit();

 private:
  std::string path_, temporary_;
  Descriptor fd_;
};

/// Throws the Error that `replace_file(path, …)` would throw before it writes anything: for
/// programs that run for hours before they write.
void check_replaceable(const std::string& path);

/// A file read in parts: for data read once, cheaper than mmap, where each page is a fault.
class RegularFile {
 public:
  /// Throws Error(path, ...), also if it is not a regular file.
  explicit RegularFile(const std::string& path);

  std::size_t size() const { return size_; }
  int descriptor() const { return fd_.get(); }
  /// Bytes [offset, offset + size). Throws Error("", ...) if the file does not yield them.
  void read(std::uint64_t offset, void* bytes, std::size_t size) const;

 private:
  Descriptor fd_;
  std::size_t size_;
};

/// A file mapped for reading. The mapping lives as long as the object.
class MappedFile {
 public:
  MappedFile() = default;
  explicit MappedFile(const std::string& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept { *this = std::move(other); }
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const unsigned char* data() const { return data_; }
  std::size_t size() const { return size_; }

 private:
  const unsigned char* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace pairalign

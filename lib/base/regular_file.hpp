// A file read in parts: for data read once, cheaper than mmap, where each page is a fault.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/descriptor.hpp"

namespace pairalign {

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

}  // namespace pairalign

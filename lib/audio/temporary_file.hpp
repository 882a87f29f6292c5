// Scratch space on disk that vanishes with its owner.
#pragma once

#include <cstddef>
#include <string>

#include "base/descriptor.hpp"

namespace pairalign::audio {

/// A file without a name in a folder: it is unlinked at once, so nothing is left behind however the
/// program ends. Errors, including a full disk, are Error(folder, ...).
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& folder);
  ~TemporaryFile();
  TemporaryFile(TemporaryFile&& other) noexcept;
  TemporaryFile& operator=(TemporaryFile&&) = delete;

  /// Open for reading and writing; positioned after the last byte appended.
  int descriptor() const { return fd_.get(); }
  std::size_t size() const { return size_; }

  void append(const void* data, std::size_t size);
  /// Drops everything after the first `size` bytes.
  void truncate(std::size_t size);
  /// Maps all bytes for reading; nothing may be appended from then on. nullptr for an empty file.
  const void* map();

 private:
  std::string folder_;
  Descriptor fd_;
  std::size_t size_ = 0;
  void* mapping_ = nullptr;
};

}  // namespace pairalign::audio

// Bytes of an open file, read by their place.
#pragma once

#include <cstdint>
#include <string>

#include "base/descriptor.hpp"

namespace pairalign::audio {

/// Those in [start, end) of a seekable descriptor, which is kept open by a copy of its own; its
/// position is left alone.
class ByteRange {
 public:
  /// Throws Error(name, reason) when the descriptor cannot be copied.
  ByteRange(int fd, std::int64_t start, std::int64_t end, const std::string& name);

  std::int64_t size() const { return end_ - start_; }
  /// Up to `count` bytes from `offset` on, fewer at the end of the range or of a file that was cut
  /// meanwhile; returns how many. Negative when reading fails: then `errno` says why.
  std::int64_t read(std::int64_t offset, void* out, std::int64_t count) const;

 private:
  Descriptor fd_;
  std::int64_t start_, end_;
};

}  // namespace pairalign::audio

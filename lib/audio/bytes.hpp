// Integers in little-endian and big-endian bytes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pairalign::audio {

/// Integer of `count` bytes, at most 8; the first is the least significant.
inline std::int64_t little_endian(const void* bytes, std::size_t count) {
  std::uint64_t value = 0;
  while (count-- > 0)
    value = value << 8 | static_cast<const unsigned char*>(bytes)[count];
  return static_cast<std::int64_t>(value);
}

/// Likewise; the first is the most significant.
inline std::int64_t big_endian(const void* bytes, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i)
    value = value << 8 | static_cast<const unsigned char*>(bytes)[i];
  return static_cast<std::int64_t>(value);
}

}  // namespace pairalign::audio

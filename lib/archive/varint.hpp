// Variable-length integers: LEB128, 7 bits per byte, least significant first, and the zigzag code
// that keeps small negative numbers small (as in DWARF and Protocol Buffers).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace pairalign::archive {

inline void append_varint(std::uint64_t value, std::string& bytes) {
  for (; value >= 0x80; value >>= 7)
    bytes += static_cast<char>(value | 0x80);
  bytes += static_cast<char>(value);
}

/// 0, −1, 1, −2, … become 0, 1, 2, 3, …; differences wrap around, so any two numbers have one.
inline std::uint64_t zigzag(std::uint64_t difference) {
  return (difference << 1) ^ (0 - (difference >> 63));
}
inline std::uint64_t unzigzag(std::uint64_t code) {
  return (code >> 1) ^ (0 - (code & 1));
}

/// Reads numbers and bytes from [begin, end), and never beyond: once something does not fit, `ok()`
/// stays false and every number is 0.
class ByteReader {
 public:
  ByteReader(const unsigned char* begin, const unsigned char* end) : at_(begin), end_(end) {}

  std::uint64_t varint() {
    if (at_ != end_ && *at_ < 0x80) return *at_++;  // nearly always
    return long_varint();
  }

  /// The next `size` bytes; null if fewer are left.
  const unsigned char* bytes(std::uint64_t size) {
    if (size > left()) {
      fail();
      return nullptr;
    }
    const unsigned char* begin = at_;
    at_ += size;
    return begin;
  }

  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
  bool ok() const { return ok_; }

 private:
  std::uint64_t long_varint() {
    std::uint64_t value = 0;
    for (int shift = 0; at_ != end_ && shift < 64; shift += 7) {
      const unsigned char byte = *at_++;
      value |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) return value;
    }
    fail();
    return 0;
  }

  void fail() {
    ok_ = false;
    at_ = end_;
  }

  const unsigned char* at_;
  const unsigned char* end_;
  bool ok_ = true;
};

}  // namespace pairalign::archive

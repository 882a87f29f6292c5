#include "archive/bit_packing.hpp"

#include <cstring>

namespace pairalign::archive {

int bits_for(tokens::Token largest) {
  int bits = 1;
  while ((largest >> bits) != 0)
    ++bits;
  return bits;
}

std::uint64_t packed_size(std::uint64_t count, int bits) {
  return (count * static_cast<unsigned>(bits) + 7) / 8;
}

void pack(const std::vector<tokens::Token>& values, int bits, std::string& packed) {
  packed.reserve(packed.size() + packed_size(values.size(), bits));
  std::uint64_t pending = 0;
  int pending_bits = 0;
  for (const tokens::Token value : values) {
    pending |= std::uint64_t{value} << pending_bits;
    pending_bits += bits;
    while (pending_bits >= 8) {
      packed += static_cast<char>(pending & 0xff);
      pending >>= 8;
      pending_bits -= 8;
    }
  }
  if (pending_bits > 0) packed += static_cast<char>(pending);
}

void unpack(const unsigned char* packed, std::uint64_t first, std::size_t count, int bits,
            tokens::Token* values) {
  const std::uint32_t mask = (1U << bits) - 1;
  std::uint64_t bit = first * static_cast<unsigned>(bits);
  for (std::size_t i = 0; i < count; ++i) {
    std::uint32_t word;  // 7 bits of offset and 16 of token always fit
    std::memcpy(&word, packed + (bit >> 3), sizeof word);
    values[i] = static_cast<tokens::Token>((word >> (bit & 7)) & mask);
    bit += static_cast<unsigned>(bits);
  }
}

}  // namespace pairalign::archive

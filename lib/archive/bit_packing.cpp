#include "archive/bit_packing.hpp"

#include <algorithm>
#include <cstring>

#if defined(__x86_64__) && defined(__GNUC__)
#define PAIRALIGN_WIDE_UNPACK
#include <immintrin.h>
#endif

namespace pairalign::archive {
namespace {

void unpack_one_by_one(const unsigned char* packed, std::uint64_t first, std::size_t count,
                       int bits, tokens::Token* values) {
  const std::uint32_t mask = (1U << bits) - 1;
  std::uint64_t bit = first * static_cast<unsigned>(bits);
  for (std::size_t i = 0; i < count; ++i) {
    std::uint32_t word;  // 7 bits of offset and 16 of token always fit
    std::memcpy(&word, packed + (bit >> 3), sizeof word);
    values[i] = static_cast<tokens::Token>((word >> (bit & 7)) & mask);
    bit += static_cast<unsigned>(bits);
  }
}

#ifdef PAIRALIGN_WIDE_UNPACK
// Token k of a group of eight begins in byte k · bits / 8: a shuffle brings its bytes into a 32-bit
// lane, then a shift and a mask remove its neighbours.
__attribute__((target("avx2"))) std::size_t unpack_by_sixteen(const unsigned char* packed,
                                                              std::uint64_t readable,
                                                              std::size_t count, int bits,
                                                              tokens::Token* values) {
  constexpr std::size_t kLoad = 16;
  alignas(32) unsigned char bytes[32];
  alignas(32) std::uint32_t shifts[8];
  for (int k = 0; k < 8; ++k) {
    shifts[k] = static_cast<std::uint32_t>(k * bits % 8);
    for (int b = 0; b < 4; ++b) {
      const int byte = k * bits / 8 + b;
      bytes[4 * k + b] = static_cast<unsigned char>(byte < bits ? byte : 0x80);  // 0x80: a zero
    }
  }
  const __m256i order = _mm256_load_si256(reinterpret_cast<const __m256i*>(bytes));
  const __m256i shift = _mm256_load_si256(reinterpret_cast<const __m256i*>(shifts));
  const __m256i mask = _mm256_set1_epi32((1 << bits) - 1);
  const auto eight = [&](const unsigned char* group) __attribute__((target("avx2"))) {
    const __m128i loaded = _mm_loadu_si128(reinterpret_cast<const __m128i*>(group));
    const __m256i lanes = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(loaded), order);
    return _mm256_and_si256(_mm256_srlv_epi32(lanes, shift), mask);
  };
  const auto group_bytes = static_cast<std::size_t>(bits);
  std::size_t done = 0, at = 0;
  for (; done + 16 <= count && at + group_bytes + kLoad <= readable; done += 16) {
    const __m256i halves =
        _mm256_packus_epi32(eight(packed + at), eight(packed + at + group_bytes));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(values + done),
                        _mm256_permute4x64_epi64(halves, 0xd8));
    at += 2 * group_bytes;
  }
  return done;
}

#endif

}  // namespace

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
  // Eight tokens fill whole bytes: from a multiple of 8 on, all groups are laid out alike.
  std::size_t done = std::min<std::size_t>(count, (8 - first % 8) % 8);
  unpack_one_by_one(packed, first, done, bits, values);
#ifdef PAIRALIGN_WIDE_UNPACK
  if (__builtin_cpu_supports("avx2")) {
    const std::uint64_t at = (first + done) / 8 * static_cast<unsigned>(bits);
    const std::uint64_t readable = packed_size(first + count, bits) + kPackingSlack;
    done += unpack_by_sixteen(packed + at, readable - at, count - done, bits, values + done);
  }
#endif
  unpack_one_by_one(packed, first + done, count - done, bits, values + done);
}

}  // namespace pairalign::archive

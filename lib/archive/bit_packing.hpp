// Bit packing of tokens: the same number of bits each, least significant bit first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tokens/record.hpp"

namespace pairalign::archive {

/// `unpack` reads whole words: this many bytes after a stream must be readable.
constexpr std::size_t kPackingSlack = 4;

/// Bits needed for 0 .. `largest`, from 1 to 16.
int bits_for(tokens::Token largest);

/// Bytes of `count` packed tokens.
std::uint64_t packed_size(std::uint64_t count, int bits);

/// Appends the packed stream, its last byte padded with zero bits.
void pack(const std::vector<tokens::Token>& values, int bits, std::string& packed);

/// Unpacks tokens [first, first + count) of the stream into `values[0, count)`. About 14 G tokens/s
/// with AVX2, 1.5 G without.
void unpack(const unsigned char* packed, std::uint64_t first, std::size_t count, int bits,
            tokens::Token* values);

}  // namespace pairalign::archive

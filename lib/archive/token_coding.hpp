// Coding of tokens, with the same number of bits each, least significant bit first, or by entropy;
// docs/archive-format.md gives the layout.
//
// Entropy coding: range asymmetric numeral systems (rANS; J. Duda, arXiv:1311.2540, 2013)
// with the frequencies counted in the segment itself, 32-bit states renormalised 16 bits at a time,
// and two interleaved states (F. Giesen, arXiv:1402.3392, 2014).
//
// A token is coded given the one before it in its record (order 1) or by itself (order 0),
// whichever is smaller with its table; order 1 needs a table of all pairs that occur and pays off
// from some 100,000 tokens on. Blocks of whole records, of 4,096 tokens or slightly more if records
// are short, are coded independently, so that a record is read by decoding one block.
//
// Measured on 335,000 dpvq tokens of speech at a vocabulary of 512: 8.7 bits a token at order 0,
// 3.7 + 0.9 for the table at order 1, against 9 with fixed width; decoded at some 50 M tokens/s.
//
// Rejected: adaptive frequencies (no table, but several times slower); arithmetic coding (the same
// size, slower to decode); Huffman codes (whole bits a token: at 3.6 bits some 3 % more).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/span.hpp"
#include "tokens/record.hpp"

namespace pairalign::archive {

/// `unpack` reads whole words: this many bytes after a stream must be readable.
constexpr std::size_t kPackingSlack = 4;

/// Bits needed for 0 .. `largest`, from 1 to 16.
int bits_for(tokens::Token largest);

/// Bytes of `count` packed tokens.
inline std::uint64_t packed_size(std::uint64_t count, int bits) {
  return (count * static_cast<unsigned>(bits) + 7) / 8;
}

/// Appends the packed stream, its last byte padded with zero bits.
void pack(const std::vector<tokens::Token>& values, int bits, std::string& packed);

/// Unpacks tokens [first, first + count) of the stream into `values[0, count)`. About 14 G tokens/s
/// with AVX2, 1.5 G without.
void unpack(const unsigned char* packed, std::uint64_t first, std::size_t count, int bits,
            tokens::Token* values);

/// A run of records whose tokens are coded together.
struct CodedBlock {
  std::uint32_t first_record;
  std::uint32_t offset;
};

struct CodedTokens {
  std::string table;
  std::vector<CodedBlock> blocks;
  std::string streams;

  std::size_t bytes() const {
    return table.size() + blocks.size() * sizeof(CodedBlock) + streams.size();
  }
};

/// `record_ends`: 0, then where the tokens of each record end.
CodedTokens encode_tokens(const std::vector<tokens::Token>& tokens,
                          const std::vector<std::uint32_t>& record_ends);

/// Decodes the output of `encode_tokens`. Never reads or writes out of bounds, whatever the bytes.
class TokenDecoder {
 public:
  /// Throws Error("", reason) for a table that `encode_tokens` cannot have written.
  explicit TokenDecoder(Span<const unsigned char> table);

  /// Decodes the tokens of the first records of a block, `counts` tokens each, into `values`, which
  /// has room for all of them. False if the stream is detectably damaged.
  bool decode(Span<const unsigned char> stream, Span<const std::uint32_t> counts,
              tokens::Token* values) const;

 private:
  struct Entry {
    std::uint32_t start;  ///< first of the token's slots, below 2^n
    tokens::Token token;
  };
  struct Row {
    std::uint32_t first = 0;  ///< in entries_; after the last one stands a sentinel with start 2^n
    std::uint32_t count = 0;
  };

  const Entry* find(std::size_t row, std::uint32_t slot) const;
  void index_row(const Row& row);

  int scale_bits_ = 0;
  std::vector<Row> rows_;
  std::vector<Entry> entries_;
  std::vector<std::uint16_t> buckets_;  // 2^kBucketBits a row: the entry at the first slot of each
};

/// Scales counts (all > 0, at most 2^scale_bits of them) to frequencies of at least 1 that sum to
/// 2^scale_bits. Integer arithmetic only: the same on every machine.
void normalise(std::vector<std::uint32_t>& counts, int scale_bits);

}  // namespace pairalign::archive

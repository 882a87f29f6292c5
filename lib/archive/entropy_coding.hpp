// Tokens in about as many bits as they carry information: range asymmetric numeral systems (rANS;
// J. Duda, arXiv:1311.2540, 2013) under the frequencies counted in the segment itself, with 32-bit
// states that take in 16 bits at a time and two states in turns (F. Giesen, arXiv:1402.3392, 2014).
//
// A token is coded given the one before it in its record (order 1) or by itself (order 0),
// whichever is smaller with its table; order 1 needs a table of all pairs that occur and pays from
// some 100,000 tokens on. Blocks of whole records, of 4,096 tokens or little more where records are
// short, are coded each for itself, so that a record is read by decoding one block.
//
// Measured on 335,000 dpvq tokens of speech at a vocabulary of 512: 8.7 bits a token at order 0,
// 3.7 + 0.9 for the table at order 1, against 9 with fixed width; decoded at some 50 M tokens/s.
//
//   table    varint n, the sum of the frequencies of a row being 2^n; varint number of rows: 1, or
//   at
//            order 1 one for each token before and a last one for the beginning of a record; per
//            row varint number of entries, per entry varint token − token before − 1 and varint
//            count; counts become frequencies by `normalise`
//   blocks   u32 first record, u32 offset into the streams, per block; and a last row for the end
//   streams  per block the two states (u32), then 16-bit words in the order they are taken in
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

/// Where the tokens of a run of records are coded.
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

/// `record_ends`: 0, and then where the tokens of each record end.
CodedTokens encode_tokens(const std::vector<tokens::Token>& tokens,
                          const std::vector<std::uint32_t>& record_ends);

/// Reads what `encode_tokens` wrote. No bytes make it read or write outside of what it is given.
class TokenDecoder {
 public:
  TokenDecoder() = default;
  /// Throws Error("", reason) for a table that `encode_tokens` cannot have written.
  explicit TokenDecoder(Span<const unsigned char> table);

  /// The tokens of the first records of a block, `counts` tokens each, into `values`, which has
  /// room for all of them. False when the stream is damaged, in so far as that can be told.
  bool decode(Span<const unsigned char> stream, Span<const std::uint32_t> counts,
              tokens::Token* values) const;

 private:
  struct Entry {
    std::uint32_t start;  ///< of the token's slots, below 2^n
    tokens::Token token;
  };
  struct Row {
    std::uint32_t first = 0;  ///< in entries_; behind the last one stands one with start 2^n
    std::uint32_t count = 0;
  };

  const Entry* find(std::size_t row, std::uint32_t slot) const;
  void index_row(const Row& row);
  template <bool kOrder1>
  bool decode_records(Span<const unsigned char> stream, Span<const std::uint32_t> counts,
                      tokens::Token* values) const;

  int scale_bits_ = 0;
  std::vector<Row> rows_;
  std::vector<Entry> entries_;
  std::vector<std::uint16_t> buckets_;  // kBuckets a row: the entry at the first slot of each
};

/// Makes frequencies of counts (all > 0, at most 2^scale_bits of them): each at least 1, their sum
/// 2^scale_bits. Integer arithmetic only, the same on every machine.
void normalise(std::vector<std::uint32_t>& counts, int scale_bits);

}  // namespace pairalign::archive

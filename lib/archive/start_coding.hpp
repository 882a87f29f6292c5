// The starts of tokens, in some 3 bits each.
//
// What is coded of a record is the first start and then the steps from one to the next, in ms. Few
// values are frequent, for tokens last whole frames: each has a code of as many whole bits as suit
// its frequency in the segment (D. Huffman, 1952), canonical, so that the lengths alone tell the
// codes. Each record is filled up to whole bytes: it is read, and damaged, by itself.
//
//   table    at the front of the section: varint n; n times, by ascending values, varint value less
//            the value before and u8 bits of its code, 1 to 24; u8 bits of the code that announces
//            a value which is not in the table, as 32 bits, least significant first (0: none does)
//   records  the codes, the first bit of each first, in bits from the least significant of a byte;
//            filled up with zeros
//   codes    ascending by length and, of one length, by value, the announcing one last: the first
//            is 0, each other one the one before plus 1, with zeros behind it where it is longer
//
// Measured on 1,240 utterances of read speech, 56,938 tokens of the shipped model: 2.99 bits a
// token, table and padding counted, where the entropy of the steps is 2.85; varints, which segments
// of version 2 have, take 8.66. Rejected: Rice's code (4.62 at best, for steps are anything but
// geometric); range coding in blocks (nearer the entropy, but a record is read by decoding a
// block).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace pairalign::archive {

/// Segments that hold starts coded so have this format version: older programs refuse them.
constexpr std::uint32_t kPackedStartsVersion = 3;

class StartCode {
 public:
  /// For what occurs so often: by value, how many times.
  explicit StartCode(const std::map<std::uint32_t, std::uint64_t>& counts);
  /// Reads a table. Throws Error("", reason) for bytes that are none.
  StartCode(const unsigned char* begin, const unsigned char* end);

  std::string table() const;
  /// Bytes of the table that was read.
  std::size_t table_size() const { return table_size_; }

  /// Appends the code of a record: its first start and its steps.
  void append(const std::vector<std::uint32_t>& steps, std::string& bytes) const;
  /// Makes `starts_ms` the `count` starts that [begin, end) holds; false when these bytes cannot be
  /// their code.
  bool read(const unsigned char* begin, const unsigned char* end, std::size_t count,
            std::vector<std::uint32_t>& starts_ms) const;

 private:
  struct Symbol {
    std::uint32_t value;
    unsigned bits;
    bool announces;  // a value that is not in the table
    std::uint32_t code;
  };

  bool assign_codes();

  std::vector<Symbol> symbols_;              // in the order of their codes
  std::map<std::uint32_t, std::size_t> at_;  // of values, in symbols_
  std::size_t table_size_ = 0;
};

}  // namespace pairalign::archive

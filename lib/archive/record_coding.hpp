// Coding of the keys, sources and starts of records.
//
// docs/archive-format.md gives the layout. Keys and sources are coded, within a block of records,
// as their differences from the one before: paths in one folder share most of their bytes, and 40
// become some 8. Known from locate(1) (Woods 1983) and, in blocks that can be read independently,
// from the tables of LevelDB.
//
// The starts of tokens are coded in some 3 bits each by a Huffman code (D. Huffman, 1952): the
// first start of a record and then the steps from one start to the next, in ms. Few values are
// frequent, because tokens last whole frames: each gets a code of whole bits according to its
// frequency in the segment. The code is canonical, so its lengths alone define it. Each record is
// padded to whole bytes, so that it can be read, and be damaged, independently.
//
// Measured on 1,240 utterances of read speech, 56,938 tokens of the shipped model: 2.99 bits per
// token, table and padding included, against an entropy of the steps of 2.85; the varints of
// version 2 segments take 8.66. Rejected: Rice codes (4.62 at best, because steps are far from
// geometric); range coding in blocks (closer to the entropy, but a record is read by decoding a
// block).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "archive/source.hpp"
#include "archive/varint.hpp"
#include "base/span.hpp"

namespace pairalign::archive {

/// Appends `key`, which follows `previous` in its block; the first follows an empty one.
void append_key(std::string_view previous, std::string_view key, std::string& bytes);

/// Replaces `key`, the previous key (empty: none), with the next one. False if the bytes cannot be
/// keys.
bool next_key(ByteReader& bytes, std::string& key);

/// How a record refers to its source.
enum SourceReference : std::uint64_t { kNoSource = 0, kSameSource = 1, kNextSource = 2 };

/// Appends `source`, which follows `previous` in its block; the first follows a default one.
void append_source(const Source& previous, const Source& source, std::string& bytes);

/// Replaces `source`, the previous one, with the next; `bytes.ok()` tells whether that worked.
void next_source(ByteReader& bytes, Source& source);

/// Format version of segments with starts coded this way: older programs refuse them.
constexpr std::uint32_t kPackedStartsVersion = 3;

class StartCode {
 public:
  /// `counts`: how often each value occurs.
  explicit StartCode(const std::map<std::uint32_t, std::uint64_t>& counts);
  /// Reads a table. Throws Error("", reason) if the bytes are not one.
  explicit StartCode(Span<const unsigned char> table);

  std::string table() const;
  /// Bytes of the table that was read.
  std::size_t table_size() const { return table_size_; }

  /// Appends the code of a record: its first start and its steps.
  void append(const std::vector<std::uint32_t>& steps, std::string& bytes) const;
  /// Decodes `count` starts from [begin, end) into `starts_ms`; false if the bytes cannot be their
  /// code.
  bool read(const unsigned char* begin, const unsigned char* end, std::size_t count,
            std::vector<std::uint32_t>& starts_ms) const;

 private:
  struct Symbol {
    std::uint32_t value;
    unsigned bits;
    bool announces;  // the escape code: a value that is not in the table follows
    std::uint32_t code;
  };

  bool assign_codes();
  std::vector<Symbol>::const_iterator escape() const;

  std::vector<Symbol> symbols_;              // in the order of their codes
  std::map<std::uint32_t, std::size_t> at_;  // index of each value in symbols_
  std::size_t table_size_ = 0;
};

}  // namespace pairalign::archive

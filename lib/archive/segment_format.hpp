// The layout of a segment file, shared by its builder and its reader.
//
// A segment holds the records of (a part of) one append and never changes. Design constraints:
//   - it is mapped and read in place, in the machine's byte order; any record is located by
//     decoding at most the 31 before it, a few bytes each;
//   - a reader must notice a file cut short or changed at any byte, or fail with an error, and not
//     crash: counts are compared with the bytes present before use, each slice with its section;
//   - damage must stay local: checksums of pages show which bytes are intact, nothing is coded
//     across blocks of records, and the head is stored twice;
//   - what a search does most is scan all tokens: they form a stream of their own, by default with
//     as many bits each as the largest token in the segment needs (9 at a vocabulary of 512);
//   - a clip of 3 s is 38 tokens, 43 bytes: everything else stored with it must be small.
//
//   offset  bytes
//        0      8  magic, "PAIRSEG\n"
//        8      4  byte-order mark 0x01020304
//       12      4  format version, 2; 3 with coded starts (record_coding.hpp)
//       16      8  size of this file
//       24      8  R, number of records
//       32      8  T, number of tokens
//       40      2  bits of the largest token, 1 to 16
//       42      2  token coding: 0 fixed width, 1 entropy
//       44      4  S, number of sections
//       48   24·S  a row per section: u32 kind, u32 zero, u64 size, u64 XXH3-64 of its bytes,
//                  padding included
//   48+24S      8  XXH3-64 of all bytes above; also in the manifest, where it identifies the file
//   56+24S         the sections in the order of the table, without gaps, each padded with zeros
//                  to a multiple of 8
//   end−64−24S     copy of bytes 0 to 56+24S
//    end−8      8  end mark, "PAIREND\n"
//
// Records are grouped in blocks of 32 (the last one may hold fewer).
//
//   kind            content                                                      present
//   1 page sums     u32 × pages: low half of the XXH3-64 of each 4,096 bytes     always, the first
//                   from the end of this section to the end of the last one
//   2 header        the text of tokens::describe: model, tokenizer and           always
//                   vocabulary as far as known, for --salvage
//   3 blocks        per block, plus one for the end: u32 offset into keys,       always
//                   u32 offset into numbers, u32 first token, u32 offset into
//                   starts, u32 offset into sources
//   4 keys          unescaped, front-coded in each block (record_coding.hpp)     always
//   5 numbers       per block, as varints (varint.hpp), column by column:        always
//                   number of tokens; bytes of starts (with section 6); source
//                   (with section 7): 0 none, 1 that of the record before, 2 the
//                   next of section 7; duration in 0.01 s plus 1 (0: not known),
//                   as zigzag difference from the record before
//   6 starts        per record the first start in ms and then the differences,   if any has starts
//                   as varints; no bytes: the record has none
//   7 sources       zigzag differences of size and of mtime (ns) from the        if any has one
//                   source before in the block, then u64 XXH3-64 of the contents
//   8 token table   entropy coding: frequencies (entropy_coding.hpp)             entropy coding
//   9 token blocks  entropy coding: where the coded blocks begin                 entropy coding
//  10 tokens        T tokens as one bit stream (bit_packing.hpp), or coded       always
//  11 pair lists    postings of token pairs (pair_index.hpp)                     from 32,768
//                                                                                tokens, if wanted
//  12 pairs         "                                                            with section 11
// Entropy coding is used where it is smaller, and never for more than 64 tokens per byte of
// sections 8 to 10, so that T is bounded by the size of the file. A reader skips sections that it
// does not know, so new kinds can be added to version 2.
//
// Version 2 replaced, before any release, a version with an array for each number and with full
// keys (8 bytes of offsets and 4 of duration per record; 40 of key, 28 of source), one checksum per
// section, and one head.
//
// Measured on a million records of 38 tokens (3 s each) with keys of 53 bytes in folder order: 54
// bytes per record without sections 11 and 12, of which keys 8.5, numbers 2.0, blocks 0.6, page
// sums 0.2, tokens 42.8 (9.00 bits per token); version 1, by its layout, took 108. A source adds
// some 13 bytes, a start one byte if the token lasts less than 128 ms, else two. Entropy coding:
// 4.6 bits per token, table included, on 335,000 dpvq tokens of speech; decoded at 50 M tokens/s
// instead of 2,000 M.
//
// Rejected: a length before each record in one stream (locating a record then takes reading all
// before it); 16-bit tokens (78 % more at a vocabulary of 512); padding each record to whole bytes
// (1 % more on 3 s clips); entropy coding always (a scan is several times slower). Segments stay
// far below 4 GiB, so 32-bit offsets suffice.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/hash.hpp"

namespace pairalign::archive {

constexpr char kSegmentMagic[8] = {'P', 'A', 'I', 'R', 'S', 'E', 'G', '\n'};
constexpr char kSegmentEnd[8] = {'P', 'A', 'I', 'R', 'E', 'N', 'D', '\n'};
constexpr std::uint32_t kByteOrderMark = 0x01020304;
constexpr std::uint32_t kSegmentVersion = 2;
constexpr std::size_t kBlockRecords = 32;
constexpr std::size_t kPageBytes = 4096;
constexpr std::uint64_t kMaxTokensPerByte = 64;

enum SectionKind : std::uint32_t {
  kPageSums = 1,
  kHeader,
  kBlocks,
  kKeys,
  kNumbers,
  kStarts,
  kSources,
  kTokenTable,
  kTokenBlocks,
  kTokens,
  kPairLists,
  kPairs,
  kSectionKinds
};

enum class TokenCoding : std::uint16_t { fixed = 0, entropy = 1 };

/// Whether segments get postings: sections 11 and 12.
enum class Indexing { pairs, none };

constexpr std::uint64_t padded(std::uint64_t size) {
  return (size + 7) / 8 * 8;
}

struct SegmentHead {
  char magic[8];
  std::uint32_t byte_order;
  std::uint32_t version;
  std::uint64_t file_size;
  std::uint64_t records;
  std::uint64_t tokens;
  std::uint16_t bits;
  TokenCoding coding;
  std::uint32_t sections;
};
static_assert(sizeof(SegmentHead) == 48);

struct SectionRow {
  std::uint32_t kind;
  std::uint32_t zero;
  std::uint64_t size;
  std::uint64_t hash;
};
static_assert(sizeof(SectionRow) == 24);

/// A section's place in a file; null `data`: not in this segment.
struct Section {
  const unsigned char* data = nullptr;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;  ///< without padding
  std::uint64_t hash = 0;

  std::uint64_t end() const { return offset + padded(size); }
};

/// Where the data of a block of records begins in each section.
struct BlockRow {
  std::uint32_t keys;
  std::uint32_t numbers;
  std::uint32_t tokens;
  std::uint32_t starts;
  std::uint32_t sources;
};
static_assert(sizeof(BlockRow) == 20);

/// Bytes of head, rows and their checksum.
constexpr std::uint64_t head_size(std::uint64_t sections) {
  return sizeof(SegmentHead) + sections * sizeof(SectionRow) + sizeof(std::uint64_t);
}

constexpr std::uint64_t page_count(std::uint64_t bytes) {
  return (bytes + kPageBytes - 1) / kPageBytes;
}

inline std::uint32_t page_sum(const void* bytes, std::size_t size) {
  return static_cast<std::uint32_t>(hash64(bytes, size));
}

}  // namespace pairalign::archive

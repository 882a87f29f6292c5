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
// docs/archive-format.md gives the layout. Records are grouped in blocks of 32 (the last one may
// hold fewer). Entropy coding is used where it is smaller, and never for more than 64 tokens per
// byte of its sections, so that the number of tokens is bounded by the size of the file. A reader
// skips sections that it does not know, so new kinds can be added.
//
// Measured on a million records of 38 tokens (3 s each) with keys of 53 bytes in folder order: 54
// bytes per record without postings, of which keys 8.5, numbers 2.0, blocks 0.6, page sums 0.2,
// tokens 42.8 (9.00 bits per token). A source adds some 13 bytes, a start 3 bits. Entropy
// coding: 4.6 bits per token, table included, on 335,000 dpvq tokens of speech; decoded at 50 M
// tokens/s instead of 2,000 M.
//
// Rejected: a length before each record in one stream (locating a record then takes reading all
// before it); 16-bit tokens (78 % more at a vocabulary of 512); padding each record to whole bytes
// (1 % more on 3 s clips); entropy coding always (a scan is several times slower). Segments stay
// far below 4 GiB, so 32-bit offsets suffice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

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

inline std::uint64_t hash_of(std::string_view bytes) {
  return hash64(bytes.data(), bytes.size());
}

inline std::uint32_t page_sum(const void* bytes, std::size_t size) {
  return static_cast<std::uint32_t>(hash64(bytes, size));
}

}  // namespace pairalign::archive

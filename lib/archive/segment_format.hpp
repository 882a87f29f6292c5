// The bytes of a segment file, shared by its builder and its reader.
//
// A segment holds the records of (a part of) one append and never changes. What shaped it:
//   - it is read in place through a mapping: every table is an array at a multiple of 8 bytes, in
//     the machine's byte order, and record i is found without looking at the records before it;
//   - a reader of a file cut or changed at any byte must notice or give an error, never fall over:
//     counts are compared with the bytes present before they are used, each slice with its table;
//   - a scan of all tokens is what a search does most: they stand in one stream of their own, with
//     as many bits each as the largest token in the segment needs (9 at a vocabulary of 512).
//
//   offset  bytes
//        0      8  magic, "PAIRSEG\n"
//        8      4  byte-order mark 0x01020304
//       12      4  format version, 1
//       16      8  size of this file
//       24      8  R, number of records
//       32      8  T, number of tokens
//       40      4  bits per token, 1 to 16
//       44      4  S, number of sections
//       48   32·S  a row per section: u32 what, u32 zero, u64 offset, u64 size, u64 XXH3-64 of its
//                  bytes, filling zeros included
//   48+32S      8  XXH3-64 of all bytes above; the manifest holds it too, so it stands for the file
//   56+32S         the sections in the order of the table, without gaps, each filled up with
//                  zeros to a multiple of 8
//    end−8      8  end mark, "PAIREND\n"
//
//   what            content                                                      present
//   1 key offsets   u32 × (R+1), into the keys                                   always
//   2 keys          bytes, unescaped                                             always
//   3 token offsets u32 × (R+1), in tokens                                       always
//   4 tokens        T tokens as one bit stream (bit_packing.hpp)                 always
//   5 seconds       u32 × R, in 0.01 s; 0xffffffff: not known                    always
//   6 start offsets u32 × (R+1), into the starts                                 with any starts
//   7 starts        per record the first start in ms and then the differences,   with any starts
//                   each as LEB128; no bytes: the record has none
//   8 source index  u32 × R, into the sources; 0xffffffff: none                  with any source
//   9 sources       u64 size, i64 mtime (ns), u64 XXH3-64 of the contents        with any source
// A reader passes over sections it does not know, so later ones can be added to version 1.
//
// Measured, on 263,158 records of 38 tokens (3 s each) with keys of 40 bytes: 94.8 bytes a record,
// of which keys 40.0, tokens 42.8 (9.00 bits a token), offsets 8.0, seconds 4.0. A start takes one
// byte while tokens last less than 128 ms, else two; a source 28 bytes, or 4 when it is that of the
// record before.
//
// Rejected: a length before each record in one stream (smaller by 4 bytes a record, but finding a
// record then means reading all before it); 16-bit tokens (78 % more at a vocabulary of 512);
// filling each record up to whole bytes (1 % more on 3 s clips); codes per token of unequal length
// (the vocabulary is used evenly by design, so at most some 4 % to gain, for unpacking many times
// slower); keys as differences from the key before (a quarter of the size where keys are sorted
// paths, but a key could no longer be compared in place, which a scan does for every record).
// Segments stay far below 4 GiB, so offsets need but 32 bits.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pairalign::archive {

constexpr char kSegmentMagic[8] = {'P', 'A', 'I', 'R', 'S', 'E', 'G', '\n'};
constexpr char kSegmentEnd[8] = {'P', 'A', 'I', 'R', 'E', 'N', 'D', '\n'};
constexpr std::uint32_t kByteOrderMark = 0x01020304;
constexpr std::uint32_t kSegmentVersion = 1;
constexpr std::uint32_t kNone = 0xffffffff;

enum SectionKind : std::uint32_t {
  kKeyOffsets = 1,
  kKeys,
  kTokenOffsets,
  kTokens,
  kSeconds,
  kStartOffsets,
  kStarts,
  kSourceIndex,
  kSources,
  kSectionKinds
};

struct SegmentHead {
  char magic[8];
  std::uint32_t byte_order;
  std::uint32_t version;
  std::uint64_t file_size;
  std::uint64_t records;
  std::uint64_t tokens;
  std::uint32_t bits;
  std::uint32_t sections;
};
static_assert(sizeof(SegmentHead) == 48);

struct SectionRow {
  std::uint32_t kind;
  std::uint32_t zero;
  std::uint64_t offset;
  std::uint64_t size;
  std::uint64_t hash;
};
static_assert(sizeof(SectionRow) == 32);

constexpr std::uint64_t padded(std::uint64_t size) {
  return (size + 7) / 8 * 8;
}

}  // namespace pairalign::archive

// Which records of a segment are removed: segments never change, so that is kept in a separate
// file.
//
// A file of removed records, named by its segment's line in the manifest:
//   offset  bytes
//        0      8  magic, "PAIRDEL\n"
//        8      4  byte-order mark 0x01020304
//       12      4  format version, 1
//       16      8  number of the segment
//       24      8  N, number of removed records
//       32    4·N  u32 each, ascending, below the segment's number of records
//   32+4·N    0–4  zeros up to a multiple of 8
//   end−16      8  XXH3-64 of all bytes above; also in the manifest
//    end−8      8  end mark, "PAIREND\n"
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pairalign::archive {

/// Numbers of removed records, ascending.
using RecordNumbers = std::vector<std::uint32_t>;

/// The number, within the segment, of its `i`-th record that is not removed.
std::size_t nth_live(const RecordNumbers& removed, std::size_t i);

/// How many of the records before `record` are not removed.
std::size_t live_before(const RecordNumbers& removed, std::size_t record);

bool is_removed(const RecordNumbers& removed, std::size_t record);

struct RemovedFile {
  std::uint64_t segment = 0;
  RecordNumbers records;
  std::uint64_t hash = 0;
};

std::uint64_t removed_file_size(std::uint64_t records);

/// The bytes of the file; sets `file.hash`.
std::string to_bytes(RemovedFile& file);

/// Throws Error(path, reason) for bytes that are not exactly what `to_bytes` gives.
RemovedFile parse_removed(const std::string& path, std::string_view bytes);

}  // namespace pairalign::archive

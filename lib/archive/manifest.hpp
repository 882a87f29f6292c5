// The manifest: which segments an archive consists of.
//
// JSON lines, because it is small (some 130 bytes per segment of up to 64 MiB), read once, and the
// first thing a person looks at when something is wrong: `jq . NAME.pai/manifest`. As text it needs
// no byte-order mark, and wrong counts are harmless: no memory is allocated from them.
//
// docs/archive-format.md gives the members. `replaced` lists the numbers of files that the previous
// manifest named and this one does not, and of earlier ones that could not be deleted yet: if the
// writer is killed before it deletes them, the next one does, and it deletes no others. `hash` is
// the checksum of a segment's head, which covers the checksums of all its sections. File numbers
// are never reused, so a reader that holds an old manifest cannot open a new file by an old name.
//
// Which records of a segment are removed is kept in a separate file, because segments never change.
//
// Rejected: a binary manifest (nothing gained at this size); a log to which each append adds a line
// (a half-written line must be distinguished from damage, and an append could not remove or
// replace).
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "archive/folder.hpp"
#include "archive/segment_format.hpp"
#include "tokens/record.hpp"

namespace pairalign::archive {

/// Numbers of removed records of a segment, ascending.
using RecordNumbers = std::vector<std::uint32_t>;

/// The number, within the segment, of its `i`-th record that is not removed.
std::size_t nth_live(const RecordNumbers& removed, std::size_t i);

/// How many of the records before `record` are not removed.
inline std::size_t live_before(const RecordNumbers& removed, std::size_t record) {
  const auto at = std::lower_bound(removed.begin(), removed.end(), record);
  return record - static_cast<std::size_t>(at - removed.begin());
}

inline bool is_removed(const RecordNumbers& removed, std::size_t record) {
  return std::binary_search(removed.begin(), removed.end(), record);
}

/// Removed records of a segment; `file` 0: none.
struct RemovedEntry {
  std::uint64_t file = 0;
  std::uint64_t records = 0;
  std::uint64_t tokens = 0;
  std::uint64_t hash = 0;
};

struct SegmentEntry {
  std::uint64_t number = 0;
  std::uint64_t bytes = 0;
  std::uint64_t records = 0;
  std::uint64_t tokens = 0;
  tokens::Token largest_token = 0;
  std::uint64_t hash = 0;
  RemovedEntry removed;
};

struct Manifest {
  tokens::Header header;
  TokenCoding coding = TokenCoding::fixed;
  Indexing indexing = Indexing::pairs;
  std::uint64_t next_file = 1;
  std::vector<std::uint64_t> replaced;
  std::vector<SegmentEntry> segments;
};

std::string to_text(const Manifest& manifest);

/// Parses "fixed" and "entropy"; throws Error("", reason) that lists the choices.
TokenCoding parse_token_coding(const std::string& name);
const char* name_of(TokenCoding coding);
/// Likewise "pairs" and "none".
Indexing parse_indexing(const std::string& name);
const char* name_of(Indexing indexing);

/// Throws Error(path, reason) for text that is not exactly what `to_text` gives.
Manifest parse_manifest(const std::string& path, std::string_view text);

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

/// The removed records of a segment, empty when it has none. Throws Error(file, reason) if they are
/// not those that the manifest describes.
RecordNumbers read_removed(const std::string& folder, const SegmentEntry& entry);

/// The manifest of the archive in `folder`. Throws Error(folder, reason) when there is none, and
/// like parse_manifest.
Manifest read_manifest(const std::string& folder);

}  // namespace pairalign::archive

// The manifest: which segments an archive consists of.
//
// JSON lines, because it is small (some 130 bytes per segment of up to 64 MiB), read once, and the
// first thing a person looks at when something is wrong: `jq . NAME.pai/manifest`. As text it needs
// no byte-order mark, and wrong counts are harmless: no memory is allocated from them.
//
//   {"pairalign_archive":2,"model":"…","tokenizer":"…","vocab":512,"pack":"entropy","index":"none",
//    "next_file":4,"replaced":[1]}
//   {"segment":1,"bytes":…,"records":…,"tokens":…,"largest_token":…,"hash":"16 hex digits"}
//   {"segment":2,…,"removed":{"file":3,"records":…,"tokens":…,"hash":"16 hex digits"}}
//   {"end":2,"xxh3":"16 hex digits"}
//
// The first line (a single line in the file) is both magic and version; model, tokenizer and vocab
// are absent when unknown, pack when new segments get tokens of fixed width, index when they get
// postings. `replaced` lists the numbers of files that the previous manifest named and this one
// does not, and of earlier ones that could not be deleted yet: if the writer is killed before it
// deletes them, the next one does, and it deletes no others. `removed` gives the file that lists
// the removed records of the segment (removed_records.hpp), their number, and the number of their
// tokens. The last line, newline included, is the end mark: the number of segments, and the XXH3-64
// of all bytes above it. `hash` is the checksum of a segment's head, which covers the checksums of
// all its sections. File numbers are never reused, so a reader that holds an old manifest cannot
// open a new file by an old name.
//
// Version 2 came, before any release, with version 2 of the segments: it added `removed` and
// `pack`, and replaced `next_segment` by one counter for files of segments and of removed records.
//
// Rejected: a binary manifest (nothing gained at this size); a log to which each append adds a line
// (a half-written line must be distinguished from damage, and an append could not remove or
// replace).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "archive/folder.hpp"
#include "archive/removed_records.hpp"
#include "archive/segment_format.hpp"
#include "tokens/record.hpp"

namespace pairalign::archive {

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

/// The removed records of a segment, empty when it has none. Throws Error(file, reason) if they are
/// not those that the manifest describes.
RecordNumbers read_removed(const std::string& folder, const SegmentEntry& entry);

/// The manifest of the archive in `folder`. Throws Error(folder, reason) when there is none, and
/// like parse_manifest.
Manifest read_manifest(const std::string& folder);

}  // namespace pairalign::archive

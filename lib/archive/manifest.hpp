// The manifest: which segments an archive consists of.
//
// JSON lines, for it is small (some 130 bytes per segment of up to 64 MiB), read once, and the
// first thing a person looks at when something is wrong: `jq . NAME.pai/manifest`. As text it needs
// no byte-order mark, and counts are no danger: nothing is allocated by them.
//
//   {"pairalign_archive":1,"model":"…","tokenizer":"…","vocab":512,"next_segment":3}
//   {"segment":1,"bytes":…,"records":…,"tokens":…,"largest_token":…,"hash":"16 hex digits"}
//   {"segment":2,…}
//   {"end":2,"xxh3":"16 hex digits"}
//
// The first line is magic and version in one; model, tokenizer and vocab are absent when unknown.
// The last line, newline included, is the end mark: the number of segments, and the XXH3-64 of all
// bytes above it. `hash` is the checksum of a segment's head, which covers the checksums of all its
// sections. Segment numbers are never used again, so a reader with an old manifest in hand cannot
// open a new file by an old name.
//
// Rejected: a binary manifest (nothing gained at this size); a log to which each append adds a line
// (a line half written must be told from damage, and an append could not remove or replace).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tokens/record.hpp"

namespace pairalign::archive {

struct SegmentEntry {
  std::uint64_t number = 0;
  std::uint64_t bytes = 0;
  std::uint64_t records = 0;
  std::uint64_t tokens = 0;
  tokens::Token largest_token = 0;
  std::uint64_t hash = 0;
};

struct Manifest {
  tokens::Header header;
  std::uint64_t next_segment = 1;
  std::vector<SegmentEntry> segments;
};

/// File names within an archive's folder.
std::string segment_file(std::uint64_t number);
constexpr const char* kManifestFile = "manifest";
constexpr const char* kLockFile = "lock";

std::string to_text(const Manifest& manifest);

/// Throws Error(path, reason) for text that is not exactly what `to_text` gives.
Manifest parse_manifest(const std::string& path, std::string_view text);

/// The manifest of the archive in `folder`. Throws Error(folder, reason) when there is none, and as
/// parse_manifest.
Manifest read_manifest(const std::string& folder);

}  // namespace pairalign::archive

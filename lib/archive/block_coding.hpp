// Coding of keys and sources within a block of records: each as its difference from the previous
// one.
//
// Per key: the number of leading bytes shared with the previous key (0 for the first of a block),
// the number of bytes that follow, and these bytes; numbers are varints. Paths in one folder share
// most of their bytes: 40 become some 8. Known from locate(1) (Woods 1983) and, in blocks that can
// be read independently, from the tables of LevelDB.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "archive/source.hpp"
#include "archive/varint.hpp"

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

}  // namespace pairalign::archive

// Keys and sources as they stand in a block of records: what differs from the one before.
//
// Per key the number of bytes it begins with like the key before (0 for the first of a block), the
// number of bytes that follow, and these bytes; numbers as varints. Paths of one folder share most
// of their bytes: 40 become some 8. Known from locate(1) (Woods 1983) and, in blocks that can be
// read one without the other, from the tables of LevelDB.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "archive/source.hpp"
#include "archive/varint.hpp"

namespace pairalign::archive {

/// Appends `key`, which follows `previous` in its block; the first follows an empty one.
void append_key(std::string_view previous, std::string_view key, std::string& bytes);

/// Makes `key`, which holds the key before (empty: none), the next one. False when the bytes cannot
/// be keys.
bool next_key(ByteReader& bytes, std::string& key);

/// How a record refers to its source.
enum SourceReference : std::uint64_t { kNoSource = 0, kSameSource = 1, kNextSource = 2 };

/// Appends `source`, which follows `previous` in its block; the first follows a default one.
void append_source(const Source& previous, const Source& source, std::string& bytes);

/// Makes `source`, which holds the one before, the next one; whether that worked, `bytes` knows.
void next_source(ByteReader& bytes, Source& source);

}  // namespace pairalign::archive

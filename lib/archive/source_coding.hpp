// Sources as they stand in a segment: differences from the source before, and how a record refers
// to one.
#pragma once

#include <cstdint>
#include <string>

#include "archive/source.hpp"
#include "archive/varint.hpp"

namespace pairalign::archive {

enum SourceReference : std::uint64_t { kNoSource = 0, kSameSource = 1, kNextSource = 2 };

/// Appends `source`, which follows `previous` in its block; the first follows a default one.
void append_source(const Source& previous, const Source& source, std::string& bytes);

/// Makes `source`, which holds the one before, the next one; whether that worked, `bytes` knows.
void next_source(ByteReader& bytes, Source& source);

}  // namespace pairalign::archive

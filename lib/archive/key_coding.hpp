// Keys, front-coded: of each key only what differs from the key before it.
//
// Per key the number of bytes it begins with like the key before (0 for the first of a block), the
// number of bytes that follow, and these bytes; numbers as varints. Paths of one folder share most
// of their bytes: 40 become some 8. Known from locate(1) (Woods 1983) and, in blocks that can be
// read one without the other, from the tables of LevelDB.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "archive/varint.hpp"

namespace pairalign::archive {

/// Appends `key`, which follows `previous` in its block; the first follows an empty one.
void append_key(std::string_view previous, std::string_view key, std::string& bytes);

/// Makes `key`, which holds the key before (empty: none), the next one. False when the bytes cannot
/// be keys.
bool next_key(ByteReader& bytes, std::string& key);

}  // namespace pairalign::archive

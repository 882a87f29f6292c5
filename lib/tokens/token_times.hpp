// When the tokens of a record end.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tokens/record.hpp"

namespace pairalign::tokens {

/// Throws Error(key, reason) for a record whose tokens have no starts.
void require_starts(const Record& record);

/// Milliseconds: where the next token starts, the last one with the audio, or where it starts when
/// the duration is not known.
std::uint64_t end_of_token(const Record& record, std::size_t i);

}  // namespace pairalign::tokens

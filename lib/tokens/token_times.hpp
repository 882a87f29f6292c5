// When the tokens of a record end.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tokens/record.hpp"

namespace pairalign::tokens {

/// Throws Error(key, reason) for a record whose tokens have no starts.
void require_starts(const Record& record);

/// In milliseconds: where the next token starts; for the last one, where the audio ends, or where
/// the token starts if the duration is not known.
std::uint64_t end_of_token(const Record& record, std::size_t i);

}  // namespace pairalign::tokens

// Parsing shared by the readers of the different formats.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "tokens/record.hpp"

namespace pairalign::tokens {

/// The start of `text` for an error message: in quotes, cut after 24 bytes, with bytes that do not
/// print written as `\xNN`.
std::string excerpt(std::string_view text);

/// Digits, with a point between digits at most once: no sign, exponent, infinity or blank. Returns
/// false, and leaves `value` alone, when `text` is anything else or above kMaxSeconds.
bool parse_plain_decimal(std::string_view text, double& value);

/// One line of Kaldi text: `key tok tok …`, separated by blanks. Throws Error("", reason).
void parse_kaldi(std::string_view line, Record& record);

/// Checks, for every format, that there are as many starts as tokens, in ascending order. Throws
/// Error("", reason).
void check_starts(const Record& record);

/// Fields of a header, checked as they are set. Throw HeaderError("", reason).
void set_model(Header& header, std::string_view model);
void set_tokenizer(Header& header, std::string_view tokenizer);
void set_vocabulary(Header& header, std::uint64_t vocabulary);
void check_version(std::uint64_t version);

}  // namespace pairalign::tokens

// The JSON-lines form of headers and records; see writer.hpp.
#pragma once

#include <string>
#include <string_view>

#include "tokens/record.hpp"

namespace pairalign::tokens {

enum class JsonLine { header, record };

/// Fills `record`, or `header` when the object has a member "pairalign"; the other is left alone.
/// Throws Error("", reason), or HeaderError for a header.
JsonLine parse_json_line(std::string_view line, Header& header, Record& record);

std::string json_header(const Header& header);
void append_json_record(const Record& record, std::string& text);

}  // namespace pairalign::tokens

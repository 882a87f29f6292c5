// The JSON-lines form of headers and records; see writer.hpp.
#pragma once

#include <string>
#include <string_view>

#include "tokens/record.hpp"

namespace pairalign::tokens {

/// True for a record, which it fills; false for a header, an object with a member "pairalign",
/// which it fills instead. Throws Error("", reason), or HeaderError for a header.
bool parse_json_line(std::string_view line, Header& header, Record& record);

std::string json_header(const Header& header);
void append_json_record(const Record& record, std::string& text);

}  // namespace pairalign::tokens

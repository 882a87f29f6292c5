// Text that XML takes.
#pragma once

#include <string>

namespace pairalign::tokens {

/// Text in UTF-8, whatever the bytes were: what is none comes out as U+FFFD.
std::string valid_utf8(const std::string& bytes);

/// The same, escaped for elements. What XML 1.0 cannot hold, not even escaped, comes out as U+FFFD.
std::string xml_text(const std::string& bytes);

/// The same, escaped for attributes in double quotes as well.
std::string xml_attribute(const std::string& bytes);

}  // namespace pairalign::tokens

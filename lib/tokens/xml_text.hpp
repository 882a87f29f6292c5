// Text that is valid in XML.
#pragma once

#include <string>

namespace pairalign::tokens {

/// Valid UTF-8, whatever the bytes were: invalid ones become U+FFFD.
std::string valid_utf8(const std::string& bytes);

/// The same, escaped for elements. What XML 1.0 cannot hold, not even escaped, becomes U+FFFD.
std::string xml_text(const std::string& bytes);

/// The same, escaped for attributes in double quotes as well.
std::string xml_attribute(const std::string& bytes);

}  // namespace pairalign::tokens

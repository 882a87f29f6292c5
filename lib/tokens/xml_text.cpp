#include "tokens/xml_text.hpp"

#include <nlohmann/json.hpp>

namespace pairalign::tokens {
namespace {

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

}  // namespace

// The JSON library can replace what is not UTF-8.
std::string valid_utf8(const std::string& bytes) {
  using nlohmann::json;
  return json::parse(json(bytes).dump(-1, ' ', false, json::error_handler_t::replace));
}

std::string xml_text(const std::string& bytes) {
  const std::string text = valid_utf8(bytes);
  std::string safe;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    // U+FFFE and U+FFFF are valid UTF-8 but not XML characters.
    const bool no_character =
        text.compare(i, 3, "\xef\xbf\xbe") == 0 || text.compare(i, 3, "\xef\xbf\xbf") == 0;
    if (no_character || is_control(c)) {
      safe += "\xef\xbf\xbd";
      i += no_character ? 2 : 0;
    } else if (c == '&') {
      safe += "&amp;";
    } else if (c == '<') {
      safe += "&lt;";
    } else if (c == '>') {
      safe += "&gt;";
    } else {
      safe += c;
    }
  }
  return safe;
}

std::string xml_attribute(const std::string& bytes) {
  std::string safe;
  for (const char c : xml_text(bytes)) {
    if (c == '"') {
      safe += "&quot;";
    } else {
      safe += c;
    }
  }
  return safe;
}

}  // namespace pairalign::tokens

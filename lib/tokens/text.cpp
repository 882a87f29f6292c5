#include "tokens/text.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "tokens/record.hpp"

namespace pairalign::tokens {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

}  // namespace

std::string excerpt(std::string_view text) {
  constexpr std::size_t kShown = 24;
  std::string result = "'";
  for (const char c : text.substr(0, kShown)) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_control(c) || byte >= 0x80) {
      result += fmt::format("\\x{:02x}", byte);
    } else {
      result += c;
    }
  }
  return result + (text.size() > kShown ? "…'" : "'");
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  parts.reserve(8);  // each line of a large input is split
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

std::vector<std::string_view> words_of(std::string_view text) {
  constexpr const char* kBlanks = " \t\r";
  std::vector<std::string_view> words;
  for (std::size_t begin = text.find_first_not_of(kBlanks); begin < text.size();) {
    const std::size_t end = std::min(text.find_first_of(kBlanks, begin), text.size());
    words.push_back(text.substr(begin, end - begin));
    begin = text.find_first_not_of(kBlanks, end);
  }
  return words;
}

bool parse_plain_decimal(std::string_view text, double& value) {
  if (text.empty() || !is_digit(text.front()) || !is_digit(text.back())) return false;
  double parsed = 0;
  const char* end = text.data() + text.size();
  const auto [stop, fault] = std::from_chars(text.data(), end, parsed, std::chars_format::fixed);
  if (fault != std::errc() || stop != end || !(parsed <= kMaxSeconds)) return false;
  value = parsed;
  return true;
}

// The JSON library can replace what is not UTF-8.
std::string valid_utf8(const std::string& bytes) {
  using nlohmann::json;
  return json::parse(json(bytes).dump(-1, ' ', false, json::error_handler_t::replace));
}

std::string xml_text(const std::string& bytes) {
  constexpr std::string_view kReplacement = "\xef\xbf\xbd";
  const std::string text = valid_utf8(bytes);
  std::string safe;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view character = std::string_view(text).substr(i, 3);
    // U+FFFE and U+FFFF are valid UTF-8 but not XML characters.
    if (character == "\xef\xbf\xbe" || character == "\xef\xbf\xbf") {
      safe += kReplacement;
      i += 2;
    } else if (is_control(text[i])) {
      safe += kReplacement;
    } else if (text[i] == '&') {
      safe += "&amp;";
    } else if (text[i] == '<') {
      safe += "&lt;";
    } else if (text[i] == '>') {
      safe += "&gt;";
    } else {
      safe += text[i];
    }
  }
  return safe;
}

std::string xml_attribute(const std::string& bytes) {
  std::string safe = xml_text(bytes);
  for (std::size_t at = 0; (at = safe.find('"', at)) != std::string::npos; ++at)
    safe.replace(at, 1, "&quot;");
  return safe;
}

}  // namespace pairalign::tokens

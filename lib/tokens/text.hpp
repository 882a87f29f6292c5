// Text of numbers, words and markup, shared by the readers and writers of all formats.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace pairalign::tokens {

/// The start of `text` for an error message: in quotes, cut after 24 bytes, with bytes that do not
/// print written as `\xNN`.
std::string excerpt(std::string_view text);

/// Digits, with a point between digits at most once: no sign, exponent, infinity or blank. Returns
/// false, and leaves `value` alone, when `text` is anything else or above kMaxSeconds.
bool parse_plain_decimal(std::string_view text, double& value);

/// Returns false, and leaves `value` alone, unless all of `text` is a number that T holds.
template <class T>
bool parse_whole(std::string_view text, T& value) {
  T parsed = 0;
  const char* end = text.data() + text.size();
  const auto [stop, fault] = std::from_chars(text.data(), end, parsed);
  if (fault != std::errc() || stop != end) return false;
  value = parsed;
  return true;
}

/// The parts of a text between separators; an empty text has one, which is empty.
std::vector<std::string_view> split(std::string_view text, char separator);

/// What stands between blanks: spaces, tabs and carriage returns. None is empty.
std::vector<std::string_view> words_of(std::string_view text);

template <class T>
void append_numbers(const std::vector<T>& numbers, char separator, std::string& text) {
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (i > 0) text += separator;
    const fmt::format_int digits(numbers[i]);
    text.append(digits.data(), digits.size());
  }
}

/// 1234 as "12.34", and as "1.234"; not negative.
inline std::string hundredths(std::int64_t number) {
  return fmt::format("{}.{:02}", number / 100, number % 100);
}
inline std::string thousandths(std::int64_t number) {
  return fmt::format("{}.{:03}", number / 1000, number % 1000);
}

/// Valid UTF-8, whatever the bytes were: invalid ones become U+FFFD.
std::string valid_utf8(const std::string& bytes);

/// The same, escaped for XML elements. What XML 1.0 cannot hold, not even escaped, becomes U+FFFD.
std::string xml_text(const std::string& bytes);

/// The same, escaped for attributes in double quotes as well.
std::string xml_attribute(const std::string& bytes);

}  // namespace pairalign::tokens

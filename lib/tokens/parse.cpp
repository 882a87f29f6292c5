#include "tokens/parse.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.hpp"
#include "tokens/reader.hpp"
#include "tokens/settings.hpp"

namespace pairalign::tokens {
namespace {

constexpr std::uint64_t kVersion = 1;
constexpr std::string_view kHeaderWord = "#pairalign";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Leaves `value` alone unless all of `text` is a number.
template <class T>
bool parse_whole(std::string_view text, T& value) {
  T parsed = 0;
  const char* end = text.data() + text.size();
  const auto [stop, fault] = std::from_chars(text.data(), end, parsed);
  if (fault != std::errc() || stop != end) return false;
  value = parsed;
  return true;
}

[[noreturn]] void throw_bad_number(const char* field, std::string_view rest,
                                   std::uint64_t largest) {
  const std::string_view word = rest.substr(0, rest.find(' '));
  if (word.empty()) {
    throw Error("", fmt::format("{}: numbers are separated by exactly one space", field));
  }
  throw Error(
      "", fmt::format("{}: {} is not a whole number from 0 to {}", field, excerpt(word), largest));
}

// Numbers separated by exactly one space; an empty field holds none.
template <class T>
void parse_numbers(const char* field, std::string_view text, std::vector<T>& numbers) {
  numbers.clear();
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end || !numbers.empty()) {
    T value;
    const auto [stop, fault] = std::from_chars(at, end, value);
    if (fault != std::errc() || (stop != end && *stop != ' ')) {
      throw_bad_number(field, {at, static_cast<std::size_t>(end - at)},
                       std::numeric_limits<T>::max());
    }
    numbers.push_back(value);
    if (stop == end) return;
    at = stop + 1;
  }
}

void parse_seconds(std::string_view text, Record& record) {
  record.seconds = -1;
  if (text == "-") return;
  if (!parse_plain_decimal(text, record.seconds)) {
    throw Error("", fmt::format("seconds: {} is not a plain decimal number from 0 to {:.0f}",
                                excerpt(text), kMaxSeconds));
  }
}

std::string_view without_carriage_return(std::string_view line) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

constexpr std::string_view kBlanks = " \t";

std::string_view next_word(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(kBlanks), rest.size()));
  const std::string_view word = rest.substr(0, rest.find_first_of(kBlanks));
  rest.remove_prefix(word.size());
  return word;
}

void set_header_field(Header& header, std::string_view name, std::string_view value) {
  if (name == "model") set_model(header, value);
  if (name == "tokenizer") set_tokenizer(header, value);
  if (name == "vocab") {
    std::uint64_t vocabulary = 0;
    parse_whole(value, vocabulary);  // what is not a number stays 0, which set_vocabulary refuses
    set_vocabulary(header, vocabulary);
  }
}

}  // namespace

std::string excerpt(std::string_view text) {
  constexpr std::size_t kShown = 24;
  std::string result = "'";
  for (const char c : text.substr(0, kShown)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7f) {
      result += fmt::format("\\x{:02x}", byte);
    } else {
      result += c;
    }
  }
  return result + (text.size() > kShown ? "…'" : "'");
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

void check_starts(const Record& record) {
  const std::vector<std::uint32_t>& starts = record.starts_ms;
  if (starts.empty()) return;
  if (starts.size() != record.tokens.size()) {
    throw Error("",
                fmt::format("starts: {} given for {} tokens", starts.size(), record.tokens.size()));
  }
  const auto fall = std::is_sorted_until(starts.begin(), starts.end());
  if (fall != starts.end()) {
    throw Error("", fmt::format("starts: {} comes after {}", *fall, *(fall - 1)));
  }
}

void parse_record(std::string_view line, Record& record) {
  line = without_carriage_return(line);
  std::array<std::string_view, 4> fields;
  std::size_t count = 0;
  for (std::size_t begin = 0; begin <= line.size(); ++count) {
    const std::size_t tab = std::min(line.find('\t', begin), line.size());
    if (count < fields.size()) fields[count] = line.substr(begin, tab - begin);
    begin = tab + 1;
  }
  if (count < 3 || count > fields.size()) {
    throw Error("", fmt::format("{} TAB-separated field{} where a record has 3 or 4", count,
                                count == 1 ? "" : "s"));
  }
  if (fields[0].empty()) throw Error("", "key: empty");
  record.key = unescape_key(fields[0]);
  parse_seconds(fields[1], record);
  parse_numbers("tokens", fields[2], record.tokens);
  parse_numbers("starts", fields[3], record.starts_ms);
  if (count == 4 && record.starts_ms.empty() && !record.tokens.empty()) {
    throw Error("", fmt::format("starts: none given for {} tokens", record.tokens.size()));
  }
  check_starts(record);
}

void parse_kaldi(std::string_view line, Record& record) {
  std::string_view rest = without_carriage_return(line);
  record.seconds = -1;
  record.tokens.clear();
  record.starts_ms.clear();
  record.key = next_word(rest);
  if (record.key.empty()) throw Error("", "key: empty");
  for (std::string_view word = next_word(rest); !word.empty(); word = next_word(rest)) {
    Token token = 0;
    if (!parse_whole(word, token)) {
      throw_bad_number("tokens", word, std::numeric_limits<Token>::max());
    }
    record.tokens.push_back(token);
  }
}

void set_model(Header& header, std::string_view model) {
  const bool hexadecimal = model.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  if (model.size() != 16 || !hexadecimal) {
    throw HeaderError("", "header: model=" + excerpt(model) + " is not 16 hexadecimal digits");
  }
  header.model = model;
}

void set_tokenizer(Header& header, std::string_view tokenizer) {
  const bool plain =
      std::all_of(tokenizer.begin(), tokenizer.end(), [](char c) { return c > ' ' && c < 0x7f; });
  if (tokenizer.empty() || !plain) {
    throw HeaderError("", "header: tokenizer=" + excerpt(tokenizer) + " is not a name");
  }
  header.tokenizer = tokenizer;
}

void set_vocabulary(Header& header, std::uint64_t vocabulary) {
  if (vocabulary < 1 || vocabulary > std::numeric_limits<Token>::max() + 1U) {
    throw HeaderError("", "header: vocab is not a number from 1 to 65536");
  }
  header.vocabulary = static_cast<int>(vocabulary);
}

void check_version(std::uint64_t version) {
  if (version == kVersion) return;
  throw HeaderError("", fmt::format("header: format version {}, and this program reads version {}",
                                    version, kVersion));
}

bool parse_header(std::string_view line, Header& header) {
  std::string_view rest = without_carriage_return(line);
  if (next_word(rest) != kHeaderWord) return false;
  const std::string_view version_word = next_word(rest);
  std::uint64_t version = 0;
  if (!parse_whole(version_word, version)) {
    throw HeaderError("", "header: " + excerpt(version_word) + " is not a format version");
  }
  check_version(version);
  Header parsed;
  std::vector<std::pair<std::string_view, std::string_view>> found;
  for (std::string_view word = next_word(rest); !word.empty(); word = next_word(rest)) {
    const std::size_t equals = word.find('=');
    if (equals == std::string_view::npos) {
      throw HeaderError("", "header: " + excerpt(word) + " is not of the form name=value");
    }
    const std::string_view name = word.substr(0, equals);
    if (is_setting(name)) {
      found.emplace_back(name, word.substr(equals + 1));
    } else {
      set_header_field(parsed, name, word.substr(equals + 1));
    }
  }
  for (const auto& [name, value] : found) {
    if (!parsed.tokenizer.empty()) set_setting(parsed, name, value);
  }
  header = parsed;
  return true;
}

}  // namespace pairalign::tokens

#include "tokens/record.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "base/error.hpp"
#include "tokens/key.hpp"
#include "tokens/parse.hpp"
#include "tokens/settings.hpp"

namespace pairalign::tokens {
namespace {

template <class T>
bool agree(const T& a, const T& b) {
  return a == T() || b == T() || a == b;
}

std::string seconds_text(std::int64_t hundredths) {
  return fmt::format("{}.{:02}", hundredths / 100, hundredths % 100);
}

}  // namespace

std::string describe(const Header& header) {
  std::string text;
  if (!header.model.empty()) text += " model=" + header.model;
  if (!header.tokenizer.empty()) text += " tokenizer=" + header.tokenizer;
  if (header.vocabulary != 0) text += fmt::format(" vocab={}", header.vocabulary);
  return text.empty() ? text : text.substr(1);
}

bool compatible(const Header& a, const Header& b) {
  return agree(a.model, b.model) && same_strings(a, b) && agree(a.vocabulary, b.vocabulary);
}

void fill_in(Header& header, const Header& other) {
  if (header.model.empty()) header.model = other.model;
  if (header.tokenizer.empty()) header.tokenizer = other.tokenizer;
  if (header.vocabulary == 0) header.vocabulary = other.vocabulary;
}

std::string describe_mismatch(const Header& a, const Header& b) {
  return "strings of " + describe(a) + " do not mix with strings of " + describe(b);
}

std::int64_t centiseconds(double seconds) {
  return std::llround(seconds * 100);
}

std::string escape_key(std::string_view key) {
  std::string field;
  field.reserve(key.size());
  for (std::size_t i = 0; i < key.size(); ++i) {
    switch (key[i]) {
      case '\t':
        field += "\\t";
        break;
      case '\n':
        field += "\\n";
        break;
      case '\\':
        field += "\\\\";
        break;
      case '#':
        field += i == 0 ? "\\#" : "#";
        break;
      default:
        field += key[i];
    }
  }
  return field;
}

std::string unescape_key(std::string_view field) {
  std::string key;
  key.reserve(field.size());
  while (!field.empty()) {
    const std::size_t plain = std::min(field.find('\\'), field.size());
    key.append(field.substr(0, plain));
    field.remove_prefix(plain);
    if (field.empty()) break;
    if (field.size() == 1) throw Error("", "key: a single backslash ends it");
    switch (field[1]) {
      case 't':
        key += '\t';
        break;
      case 'n':
        key += '\n';
        break;
      case '\\':
        key += '\\';
        break;
      case '#':
        key += '#';
        break;
      default:
        throw Error("", "key: " + excerpt(field.substr(0, 2)) + " is no known escape");
    }
    field.remove_prefix(2);
  }
  return key;
}

Fragment split_fragment(std::string_view key) {
  return split_key(key).part;
}

std::string key_stem(std::string_view key, bool keep_fragment) {
  const std::string_view path = split_fragment(key).path;
  const std::string_view fragment = key.substr(path.size());
  const std::size_t slash = path.rfind('/');
  const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  const std::size_t dot = name.rfind('.');
  std::string stem(dot == 0 ? name : name.substr(0, dot));
  if (keep_fragment) stem += fragment;
  return stem;
}

std::string with_fragment(std::string_view key, double start_s, double end_s) {
  const KeyParts parts = split_key(key);
  const std::int64_t offset = centiseconds(parts.part.start_s);
  const std::string channel =
      parts.channel == 0 ? "" : "channel=" + std::to_string(parts.channel) + '&';
  return std::string(parts.part.path) + '#' + channel +
         "t=" + seconds_text(offset + centiseconds(start_s)) + "," +
         seconds_text(offset + centiseconds(end_s));
}

}  // namespace pairalign::tokens

#include "tokens/key.hpp"

#include <algorithm>
#include <cstddef>

#include "base/error.hpp"
#include "tokens/record.hpp"
#include "tokens/text.hpp"

namespace pairalign::tokens {
namespace {

// What is escaped, and what follows the backslash for it.
constexpr std::string_view kSpecial = "\t\n\\#";
constexpr std::string_view kEscape = "tn\\#";

bool parse_times(std::string_view times, Fragment& part) {
  const std::size_t comma = times.find(',');
  const std::string_view start = times.substr(0, comma);
  if (!start.empty() && !parse_plain_decimal(start, part.start_s)) return false;
  if (comma == std::string_view::npos) return !start.empty();
  return parse_plain_decimal(times.substr(comma + 1), part.end_s.emplace());
}

// 0 if it is not the number of a channel.
int parse_channel(std::string_view number) {
  constexpr std::size_t kMaxDigits = 3;
  unsigned channel = 0;
  if (number.size() <= kMaxDigits) parse_whole(number, channel);
  return static_cast<int>(channel);
}

}  // namespace

std::string escape_key(std::string_view key) {
  std::string field;
  field.reserve(key.size());
  for (std::size_t i = 0; i < key.size(); ++i) {
    const std::size_t special = kSpecial.find(key[i]);
    if (special == std::string_view::npos || (key[i] == '#' && i > 0)) {
      field += key[i];
    } else {
      field += '\\';
      field += kEscape[special];
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
    if (field.size() == 1) throw Error("", "key: ends with a single backslash");
    const std::size_t special = kEscape.find(field[1]);
    if (special == std::string_view::npos) {
      throw Error("", "key: " + excerpt(field.substr(0, 2)) + " is not a known escape");
    }
    key += kSpecial[special];
    field.remove_prefix(2);
  }
  return key;
}

Fragment split_fragment(std::string_view key) {
  constexpr std::string_view kTime = "t=", kChannel = "channel=";
  Fragment whole, part;
  whole.path = key;
  const std::size_t mark = key.rfind('#');
  if (mark == std::string_view::npos) return whole;
  part.path = key.substr(0, mark);
  std::string_view text = key.substr(mark + 1);
  if (text.substr(0, kChannel.size()) == kChannel) {
    text.remove_prefix(kChannel.size());
    const std::size_t end = text.find('&');
    part.channel = parse_channel(text.substr(0, end));
    if (part.channel == 0) return whole;
    if (end == std::string_view::npos) return part;
    text.remove_prefix(end + 1);
  }
  if (text.substr(0, kTime.size()) != kTime) return whole;
  return parse_times(text.substr(kTime.size()), part) ? part : whole;
}

std::string with_fragment(std::string_view key, double start_s, double end_s) {
  const Fragment part = split_fragment(key);
  const std::int64_t offset = centiseconds(part.start_s);
  std::string result = std::string(part.path) + '#';
  if (part.channel > 0) result += "channel=" + std::to_string(part.channel) + '&';
  return result + "t=" + hundredths(offset + centiseconds(start_s)) + ',' +
         hundredths(offset + centiseconds(end_s));
}

std::string with_channel(std::string_view key, int channel) {
  const std::string_view path = split_fragment(key).path;
  const std::string_view fragment = key.substr(path.size());
  const std::size_t times = fragment.find("t=");
  std::string result = std::string(path) + "#channel=" + std::to_string(channel);
  if (times != std::string_view::npos) result += '&' + std::string(fragment.substr(times));
  return result;
}

std::string key_of_file(std::string_view path) {
  const bool whole = split_fragment(path).path.size() == path.size();
  return std::string(path) + (whole ? "" : "#t=0");
}

std::string without_times(std::string_view key) {
  const Fragment part = split_fragment(key);
  if (part.channel == 0) return std::string(part.path);
  return with_channel(key_of_file(part.path), part.channel);
}

std::string key_stem(std::string_view key, bool keep_fragment) {
  const std::string_view path = split_fragment(key).path;
  const std::string_view name = path.substr(path.rfind('/') + 1);  // npos + 1 is 0
  const std::size_t dot = name.rfind('.');
  std::string stem(dot == 0 ? name : name.substr(0, dot));
  if (keep_fragment) stem += key.substr(path.size());
  return stem;
}

}  // namespace pairalign::tokens

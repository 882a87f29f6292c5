#include "tokens/key.hpp"

#include <cstddef>

#include "tokens/parse.hpp"

namespace pairalign::tokens {
namespace {

bool parse_times(std::string_view times, Fragment& part) {
  const std::size_t comma = times.find(',');
  const std::string_view start = times.substr(0, comma);
  if (!start.empty() && !parse_plain_decimal(start, part.start_s)) return false;
  if (comma == std::string_view::npos) return !start.empty();
  double end = 0;
  if (!parse_plain_decimal(times.substr(comma + 1), end)) return false;
  part.end_s = end;
  return true;
}

// 0 if it is not the number of a channel.
int parse_channel(std::string_view number) {
  constexpr std::size_t kMaxDigits = 3;
  if (number.empty() || number.size() > kMaxDigits ||
      number.find_first_not_of("0123456789") != std::string_view::npos) {
    return 0;
  }
  return std::stoi(std::string(number));
}

}  // namespace

KeyParts split_key(std::string_view key) {
  constexpr std::string_view kTime = "t=", kChannel = "channel=";
  KeyParts whole, parts;
  whole.part.path = key;
  const std::size_t mark = key.rfind('#');
  if (mark == std::string_view::npos) return whole;
  parts.part.path = key.substr(0, mark);
  std::string_view text = key.substr(mark + 1);
  if (text.substr(0, kChannel.size()) == kChannel) {
    text.remove_prefix(kChannel.size());
    const std::size_t end = text.find('&');
    parts.channel = parse_channel(text.substr(0, end));
    if (parts.channel == 0) return whole;
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
  if (text.substr(0, kTime.size()) != kTime) return whole;
  return parse_times(text.substr(kTime.size()), parts.part) ? parts : whole;
}

std::string with_channel(std::string_view key, int channel) {
  const std::string_view path = split_key(key).part.path;
  const std::string_view fragment = key.substr(path.size());
  const std::size_t times = fragment.find("t=");
  std::string result = std::string(path) + "#channel=" + std::to_string(channel);
  if (times != std::string_view::npos) result += '&' + std::string(fragment.substr(times));
  return result;
}

std::string key_of_file(std::string_view path) {
  std::string key(path);
  if (split_key(path).part.path.size() != path.size()) key += "#t=0";
  return key;
}

}  // namespace pairalign::tokens

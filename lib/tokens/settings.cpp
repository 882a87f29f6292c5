#include "tokens/settings.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>

#include "tokens/reader.hpp"
#include "tokens/text.hpp"

namespace pairalign::tokens {
namespace {

constexpr std::array<std::string_view, 8> kSettings = {
    "rate", "penalty", "end-quantile", "repetition-penalty", "cap", "channel", "window", "hop"};

// Printable ASCII without blanks.
bool is_word(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

bool is_of_the_input(std::string_view name) {
  return name == "channel" || name == "window" || name == "hop";
}

// The tokenizer with those settings that strings must have in common to be compared.
std::string without_input(const Header& header) {
  std::string text = tokenizer_name(header);
  for (const auto& [name, value] : settings(header)) {
    if (!is_of_the_input(name)) text += fmt::format(" {}={}", name, value);
  }
  return text;
}

}  // namespace

std::string tokenizer_name(const Header& header) {
  return header.tokenizer.substr(0, header.tokenizer.find(' '));
}

std::vector<std::pair<std::string, std::string>> settings(const Header& header) {
  std::vector<std::pair<std::string, std::string>> result;
  const std::vector<std::string_view> words = split(header.tokenizer, ' ');
  for (auto word = words.begin() + 1; word != words.end(); ++word) {
    const std::size_t equals = std::min(word->find('='), word->size());
    result.emplace_back(word->substr(0, equals), word->substr(std::min(equals + 1, word->size())));
  }
  return result;
}

std::string setting(const Header& header, std::string_view name) {
  for (const auto& [own, value] : settings(header)) {
    if (own == name) return value;
  }
  return "";
}

bool is_setting(std::string_view name) {
  return std::find(kSettings.begin(), kSettings.end(), name) != kSettings.end();
}

void set_setting(Header& header, std::string_view name, std::string_view value) {
  if (!is_word(value)) {
    throw HeaderError("", fmt::format("header: {}={} is not a value", name, excerpt(value)));
  }
  std::string text = tokenizer_name(header);
  for (const std::string_view known : kSettings) {
    const std::string own = known == name ? std::string(value) : setting(header, known);
    if (!own.empty()) text += fmt::format(" {}={}", known, own);
  }
  header.tokenizer = text;
}

void set_setting(Header& header, std::string_view name, double value) {
  set_setting(header, name, fmt::format("{}", value));
}

Header make_header(const HeaderFields& fields) {
  Header header;
  for (const auto& [name, value] : fields) {
    if (name == "model") {
      const bool hexadecimal = value.find_first_not_of("0123456789abcdef") == std::string::npos;
      if (value.size() != 16 || !hexadecimal) {
        throw HeaderError("", "header: model=" + excerpt(value) + " is not 16 hexadecimal digits");
      }
      header.model = value;
    } else if (name == "tokenizer") {
      if (!is_word(value)) {
        throw HeaderError("", "header: tokenizer=" + excerpt(value) + " is not a name");
      }
      header.tokenizer = value;
    } else if (name == "vocab") {
      if (!parse_whole(value, header.vocabulary) || header.vocabulary < 1 ||
          header.vocabulary > std::numeric_limits<Token>::max() + 1) {
        throw HeaderError("", "header: vocab is not a number from 1 to 65536");
      }
    }
  }
  for (const auto& [name, value] : fields) {
    if (is_setting(name) && !header.tokenizer.empty()) set_setting(header, name, value);
  }
  return header;
}

void check_version(std::uint64_t version) {
  constexpr std::uint64_t kVersion = 1;
  if (version == kVersion) return;
  throw HeaderError("", fmt::format("header: format version {}, and this program reads version {}",
                                    version, kVersion));
}

bool same_strings(const Header& a, const Header& b) {
  if (a.tokenizer.empty() || b.tokenizer.empty() || a.tokenizer == b.tokenizer) return true;
  return without_input(a) == without_input(b);
}

bool may_be_archived(const Header& archive, const Header& strings) {
  if (!compatible(archive, strings)) return false;
  if (archive.tokenizer.empty() || strings.tokenizer.empty()) return true;
  const auto agree = [&](std::string_view name) {
    const std::string own = setting(archive, name), other = setting(strings, name);
    return own.empty() || other.empty() || own == other;
  };
  const std::string channel = setting(archive, "channel");
  return (channel.empty() || channel == setting(strings, "channel")) && agree("window") &&
         agree("hop");
}

}  // namespace pairalign::tokens

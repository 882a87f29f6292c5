#include "tokens/record.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "tokens/settings.hpp"

namespace pairalign::tokens {
namespace {

template <class T>
bool agree(const T& a, const T& b) {
  return a == T() || b == T() || a == b;
}

}  // namespace

std::optional<std::string> starts_fault(const Record& record) {
  const std::vector<std::uint32_t>& starts = record.starts_ms;
  if (!starts.empty() && starts.size() != record.tokens.size()) {
    return fmt::format("starts: {} given for {} tokens", starts.size(), record.tokens.size());
  }
  const auto fall = std::is_sorted_until(starts.begin(), starts.end());
  if (fall == starts.end()) return std::nullopt;
  return fmt::format("starts: {} comes after {}", *fall, *(fall - 1));
}

void check_alternatives(const Record& record) {
  const std::size_t given = record.alternatives.size();
  if (given == 0 || given == record.tokens.size()) return;
  throw Error("",
              fmt::format("alternatives: given for {} of {} tokens", given, record.tokens.size()));
}

std::size_t count_parts(const Record& record) {
  std::size_t parts = 0;
  for (const std::vector<Mixture>& of_token : record.alternatives)
    parts += of_token.size();
  return parts;
}

std::optional<std::string> vocabulary_fault(const Record& record, int size) {
  if (size == 0) return std::nullopt;
  const auto fault = [size](const char* field, Token token) {
    return fmt::format("{}: {} is outside the vocabulary of {}", field, token, size);
  };
  for (const Token token : record.tokens) {
    if (token >= size) return fault("tokens", token);
  }
  for (const std::vector<Mixture>& parts : record.alternatives) {
    for (const Mixture& part : parts) {
      for (const Alternative& alternative : part) {
        if (alternative.token >= size) return fault("alternatives", alternative.token);
      }
    }
  }
  return std::nullopt;
}

void require_starts(const Record& record) {
  if (record.starts_ms.size() == record.tokens.size()) return;
  throw Error(record.key,
              "has no token times, which this format needs; pa-tokenize --times gives them");
}

std::uint64_t end_of_token(const Record& record, std::size_t i) {
  const std::uint64_t start = record.starts_ms[i];
  if (i + 1 < record.starts_ms.size()) return record.starts_ms[i + 1];
  if (record.seconds < 0) return start;
  return std::max(start, 10 * static_cast<std::uint64_t>(centiseconds(record.seconds)));
}

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

std::optional<std::string> merge(Header& header, const Header& other,
                                 bool may_mix(const Header&, const Header&)) {
  if (!may_mix(header, other)) {
    return "strings of " + describe(header) + " do not mix with strings of " + describe(other);
  }
  if (header.model.empty()) header.model = other.model;
  if (header.tokenizer.empty()) header.tokenizer = other.tokenizer;
  if (header.vocabulary == 0) header.vocabulary = other.vocabulary;
  return std::nullopt;
}

}  // namespace pairalign::tokens

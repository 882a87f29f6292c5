// Untrusted JSON: parsed, whole numbers in it, and what is wrong with it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace pairalign {

/// Throws Error("", reason) for more levels of arrays and objects than any of our formats has.
inline void check_json_depth(std::string_view text) {
  constexpr int kMaxDepth = 64;
  const auto opens = [](char c) { return c == '[' || c == '{'; };
  // Settles it for most texts, at a fraction of the time that parsing takes.
  if (std::count_if(text.begin(), text.end(), opens) <= kMaxDepth) return;
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') in_string = !in_string;
    if (in_string) {
      if (c == '\\') ++i;
    } else if (opens(c)) {
      if (++depth > kMaxDepth)
        throw Error("", "JSON nested more than " + std::to_string(kMaxDepth) + " levels deep");
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
}

/// `text` as nlohmann's json or ordered_json. Throws as Json::parse(text, nullptr, throws) does,
/// and Error("", reason) for a depth at which the stack would overflow when the library prints,
/// compares or merges the values, which it does by recursion.
template <class Json>
Json parse_json(std::string_view text, bool throws = true) {
  check_json_depth(text);
  return Json::parse(text, nullptr, throws);
}

/// `value`, of nlohmann's json or ordered_json, as a number of type T. Throws Error("", reason) if
/// it is not a whole number or T cannot hold it. `get<T>()` accepts such values: it wraps whole
/// numbers and converts others as C++ does, which is undefined outside the range of T.
template <class T, class Json>
T whole_number(const Json& value) {
  if (!value.is_number_integer()) throw Error("", "not a whole number: " + value.dump());
  using Limits = std::numeric_limits<T>;
  const auto number = value.template get<std::int64_t>();
  if (number < 0 && !value.is_number_unsigned()) {
    if (Limits::is_signed && number >= static_cast<std::int64_t>(Limits::min())) {
      return static_cast<T>(number);
    }
  } else if (static_cast<std::uint64_t>(number) <= static_cast<std::uint64_t>(Limits::max())) {
    return static_cast<T>(number);
  }
  throw Error("", "number out of range: " + value.dump());
}

/// The message of an exception of nlohmann's json, without the library's name and its error number.
inline std::string json_fault(const std::exception& error) {
  const std::string text = error.what();
  const std::size_t prefix = text.find("] ");
  return prefix == std::string::npos ? text : text.substr(prefix + 2);
}

/// Whether every number in `value` is small enough (below 2^31 either way) to be converted to int.
template <class Json>
bool numbers_fit_int(const Json& value) {
  if (value.is_number()) {
    const auto number = value.template get<double>();
    return number >= std::numeric_limits<int>::min() && number <= std::numeric_limits<int>::max();
  }
  if (!value.is_structured()) return true;
  for (const Json& part : value) {
    if (!numbers_fit_int(part)) return false;
  }
  return true;
}

}  // namespace pairalign

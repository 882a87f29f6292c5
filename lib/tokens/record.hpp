// The token-string record: what the tools exchange, one per line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pairalign::tokens {

/// A token id: 0 .. vocabulary − 1, at most 65,535.
using Token = std::uint16_t;

/// Durations beyond this (463 days) are refused, so that centiseconds always fit 32 bits.
constexpr double kMaxSeconds = 40'000'000;

/// The string of one recording, or of a part of it.
struct Record {
  /// Path as the user gave it, unescaped; a part of a file ends in a media fragment `#t=start,end`.
  std::string key;
  /// Duration of the audio in seconds, ≥ 0; two decimals survive printing. Negative: not known
  /// (formats that carry none).
  double seconds = -1;
  std::vector<Token> tokens;
  /// Start of each token in milliseconds, ascending; empty when not given, else one per token.
  std::vector<std::uint32_t> starts_ms;
};

/// What the strings of a stream were written with; strings of different models are never mixed
/// silently.
struct Header {
  /// 16 hexadecimal digits; empty when unknown (headerless input).
  std::string model;
  /// "pairalign", "vq", "dpvq"; empty when unknown.
  std::string tokenizer;
  /// Number of different tokens; 0 when unknown.
  int vocabulary = 0;

  bool known() const { return !model.empty(); }
};

inline bool operator==(const Header& a, const Header& b) {
  return a.model == b.model && a.tokenizer == b.tokenizer && a.vocabulary == b.vocabulary;
}
inline bool operator!=(const Header& a, const Header& b) {
  return !(a == b);
}

/// `name=value` for each field that is known, separated by spaces, as in a header line.
std::string describe(const Header& header);

/// False if both give a model, a tokenizer or a vocabulary, and not the same one.
bool compatible(const Header& a, const Header& b);

/// Fills the fields that `header` leaves open from `other`. The two must be `compatible`.
void fill_in(Header& header, const Header& other);

/// A reason that describes both headers, for refusing to mix their strings.
std::string describe_mismatch(const Header& a, const Header& b);

/// `seconds` as the record format shows it, in units of 0.01 s. All code that prints or stores a
/// duration rounds with this function, so that a stored record prints as the original did.
std::int64_t centiseconds(double seconds);

/// Escapes TAB, newline and backslash, and a leading '#', as in a KEY field; and the reverse.
/// `unescape_key` throws Error("", reason) on a dangling or unknown escape.
std::string escape_key(std::string_view key);
std::string unescape_key(std::string_view field);

/// The part of a key that metrics and qrels use: no folders, no extension, no media fragment unless
/// `keep_fragment`. A leading dot does not begin an extension.
std::string key_stem(std::string_view key, bool keep_fragment = false);

/// `key` with a media fragment for [start, end) seconds, two decimals. A fragment that `key`
/// already has is replaced: its start is added to both ends.
std::string with_fragment(std::string_view key, double start_s, double end_s);

/// A key split at its media fragment `#t=start,end` (W3C Media Fragments, normal play time in plain
/// seconds; either end may be left out). Anything else after a '#' belongs to the path.
struct Fragment {
  std::string_view path;
  double start_s = 0;
  std::optional<double> end_s;
};
Fragment split_fragment(std::string_view key);

}  // namespace pairalign::tokens

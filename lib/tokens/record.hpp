// The token-string record: what the tools exchange, one per line.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tokens/key.hpp"

namespace pairalign::tokens {

/// A token id: 0 .. vocabulary − 1, at most 65,535.
using Token = std::uint16_t;

/// One of the tokens that may stand at a place of a string.
struct Alternative {
  Token token = 0;
  std::uint16_t weight = 0;  ///< in proportion to its probability; at least 1
};

/// What may stand at a place of a string.
using Mixture = std::vector<Alternative>;

inline bool operator==(const Alternative& a, const Alternative& b) {
  return a.token == b.token && a.weight == b.weight;
}

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
  /// What may stand in place of each token, which need not be among it: a confusion network. A
  /// token is divided into parts of equal length, in order, each with a mixture of its own. Empty
  /// when not given, else one list of parts per token; no list and no mixture is empty. Only
  /// searches use it.
  std::vector<std::vector<Mixture>> alternatives{};
};

/// What is wrong unless there are no starts, or as many as tokens and in ascending order.
std::optional<std::string> starts_fault(const Record& record);

/// Throws Error("", reason) unless there are no alternatives, or some for each token.
void check_alternatives(const Record& record);

/// The number of parts of all tokens; 0 without alternatives.
std::size_t count_parts(const Record& record);

/// What is wrong if a token, or an alternative, is outside the vocabulary; a size of 0 means that
/// it is not known.
std::optional<std::string> vocabulary_fault(const Record& record, int size);

/// Throws Error(key, reason) for a record whose tokens have no starts.
void require_starts(const Record& record);

/// In milliseconds: where the next token starts; for the last one, where the audio ends, or where
/// the token starts if the duration is not known.
std::uint64_t end_of_token(const Record& record, std::size_t i);

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

/// Fills the fields that `header` leaves open from `other`. Unless `may_mix(header, other)`,
/// changes nothing, and returns the reason for an error.
std::optional<std::string> merge(Header& header, const Header& other,
                                 bool may_mix(const Header&, const Header&) = compatible);

/// `seconds` as the record format shows it, in units of 0.01 s. All code that prints or stores a
/// duration rounds with this function, so that a stored record prints as the original did.
inline std::int64_t centiseconds(double seconds) {
  return std::llround(seconds * 100);
}

}  // namespace pairalign::tokens

// The settings of a header: how strings were made, apart from model and tokenizer.
//
// Header::tokenizer holds the name of the tokenizer followed by each setting that is not the
// model's own, as ` name=value`, in the order below: "dpvq rate=8 window=3 hop=1.5". In a header
// line they are fields of their own, in JSON members of "settings". So strings that were made
// differently are distinguished wherever tokenizers are compared; strings without settings,
// including those of version 0.1, have the model's own.
//
//   rate, penalty             the length control of pairalign and dpvq
//   end-quantile, repetition-penalty, cap     decoding
//   channel                   which of several channels was used
//   window, hop               seconds: a string per window, not per recording
//
// Queries may differ from the archive in the last two kinds: a query is another recording, or a
// whole one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tokens/record.hpp"

namespace pairalign::tokens {

/// The tokenizer's name without settings; empty when unknown.
std::string tokenizer_name(const Header& header);

/// In the order above.
std::vector<std::pair<std::string, std::string>> settings(const Header& header);

/// The value of one; empty if it is the model's own, or not known.
std::string setting(const Header& header, std::string_view name);

bool is_setting(std::string_view name);

/// Sets one. Throws HeaderError("", reason) for a value that is empty or holds blanks.
void set_setting(Header& header, std::string_view name, std::string_view value);
/// With the fewest digits that identify the value.
void set_setting(Header& header, std::string_view name, double value);

/// The fields of a header, by name, in any order: model, tokenizer, vocab, and settings, which are
/// set only beside a tokenizer; others are ignored. Throws HeaderError("", reason) for a value that
/// is none.
using HeaderFields = std::vector<std::pair<std::string, std::string>>;
Header make_header(const HeaderFields& fields);

/// Throws HeaderError("", reason) for a version of the formats that this program does not read.
void check_version(std::uint64_t version);

/// Whether tokenizers and settings of both allow their strings to be compared, apart from settings
/// in which queries may differ. Part of `compatible`.
bool same_strings(const Header& a, const Header& b);

/// Whether an archive takes such strings: they must also be of the channel that it names, and not
/// cut into windows of two kinds. One that names none may be of any, since those made before
/// headers named channels go on being added to.
bool may_be_archived(const Header& archive, const Header& strings);

}  // namespace pairalign::tokens

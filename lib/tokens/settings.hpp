// What strings of one model and tokenizer were made with besides: the settings of a header.
//
// Header::tokenizer holds the name of the tokenizer and behind it each setting that is not the
// model's own, as ` name=value`, in the order below: "dpvq rate=8 window=3 hop=1.5". In a header
// line they are fields of their own, in JSON members of "settings". So strings that were made
// differently are told apart wherever tokenizers are compared; strings without settings, also those
// of version 0.1, are the model's own.
//
//   rate, penalty             the length control of pairalign and dpvq
//   end-quantile, repetition-penalty, cap     decoding
//   channel                   which one of several was heard
//   window, hop               seconds: a string of each window, not of the whole recording
//
// Of the last two kinds, queries may have other ones than the archive: what is asked for is another
// recording, or a whole one.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tokens/record.hpp"

namespace pairalign::tokens {

/// The tokenizer without settings; empty when unknown.
std::string tokenizer_name(const Header& header);

/// In their order.
std::vector<std::pair<std::string, std::string>> settings(const Header& header);

bool is_setting(std::string_view name);

/// Sets one. Throws HeaderError("", reason) for a value that is empty or holds blanks.
void set_setting(Header& header, std::string_view name, std::string_view value);
/// As few digits as tell the value.
void set_setting(Header& header, std::string_view name, double value);

/// Whether strings of both may be compared: as `compatible`, which says so, without what queries may
/// have of their own.
bool same_strings(const Header& a, const Header& b);

/// Whether strings of both may be in one archive: also heard alike, and not cut into windows of two
/// kinds.
bool may_be_archived_together(const Header& a, const Header& b);

}  // namespace pairalign::tokens

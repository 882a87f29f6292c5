// Background strings of speech: a search compares a query with them to learn how well it matches by
// chance. They ship with the model, so that chance is never estimated from an archive that may
// contain the query.
//
// In the file: `chance.NAME`, U16 (tokens), for each tokenizer NAME: strings of many recordings
// laid end to end. They are not part of the model's identity, as no string depends on them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/file/safetensors.hpp"
#include "tokens/record.hpp"

namespace pairalign::model {

/// By name of the tokenizer.
using ChanceStrings = std::map<std::string, std::vector<tokens::Token>>;

/// Adds the tensors of all strings to `file`.
void store(const ChanceStrings& strings, Safetensors& file);

/// The strings in `file`, of all tokenizers or of one; empty if there are none. Throws
/// Error(tensor, reason) for a tensor that is not U16 or not one-dimensional.
ChanceStrings load_chance_strings(const SafetensorsFile& file, const std::string& only = {});

}  // namespace pairalign::model

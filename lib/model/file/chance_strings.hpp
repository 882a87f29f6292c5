// Strings of speech that stand for chance: what a search compares a query with to tell how good a
// match it would have where nothing of it was said. They ship with the model, so that an archive
// that holds the query, however often, is never asked what chance would give.
//
// In the file: `chance.NAME`, U16 (tokens), for each tokenizer NAME: strings of many recordings
// laid end to end. They are no part of the model's identity, as they change no string.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/file/safetensors.hpp"
#include "tokens/record.hpp"

namespace pairalign::model {

/// By the name of the tokenizer.
using ChanceStrings = std::map<std::string, std::vector<tokens::Token>>;

/// Adds the tensors of all strings to `file`.
void store(const ChanceStrings& strings, Safetensors& file);

/// The strings in `file`, or those of one tokenizer; none where it holds none. Throws Error(tensor,
/// reason): not U16, not of one dimension.
ChanceStrings load_chance_strings(const SafetensorsFile& file, const std::string& only = {});

}  // namespace pairalign::model

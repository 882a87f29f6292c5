// Quality measures of token strings, from those of clean pieces and of their degraded views.
#pragma once

#include <string>
#include <vector>

#include "base/thread_pool.hpp"
#include "tokens/record.hpp"

namespace pairalign::train {

/// The strings of one tokenizer; views[i] is that of a degraded view of the audio of clean[i].
struct StringPairs {
  std::vector<std::vector<tokens::Token>> clean, views;
  double clean_seconds = 0;
  int capped = 0;  ///< of all strings: stopped by the cap on their length
};

struct StringReport {
  double tokens_per_second = 0;  ///< of the clean pieces
  double edit_similarity = 0;    ///< 1 − distance / length of the longer, mean over pairs
  /// Mean of 1 / rank of the clean string among all clean strings, by normalised edit distance to
  /// that of its view; ties in the order of the strings.
  double reciprocal_rank = 0;
  double collapsed = 0;  ///< share of all strings: few distinct tokens, see kCollapsedRatio
  double capped = 0;     ///< share of all strings
  int codes_used = 0;    ///< in the clean strings
};

/// A string has collapsed if its number of distinct tokens is at most this share of its length.
inline constexpr double kCollapsedRatio = 0.2;
bool collapsed(const std::vector<tokens::Token>& string);

/// All zeros without pairs. `codes`: size of the vocabulary.
StringReport measure_strings(const StringPairs& pairs, int codes, ThreadPool& pool);

}  // namespace pairalign::train

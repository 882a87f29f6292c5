// Quality of the model during training, on held-out recordings, and measures of its token strings.
#pragma once

#include <string>
#include <vector>

#include "base/thread_pool.hpp"
#include "model/model.hpp"
#include "tokens/record.hpp"
#include "train/corpus.hpp"
#include "train/recipe.hpp"
#include "train/views.hpp"

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

struct TokenizerReport {
  std::string tokenizer;
  StringReport strings;
};

struct ValidationReport {
  double agreement = 0;   ///< share of frames of degraded views given the code of the clean frame
  double perplexity = 0;  ///< exp of the entropy of the clean frames' codes, nats
  int codes_used = 0;     ///< among the clean frames
  /// vq, dpvq and, with a decoder, pairalign; dpvq at the rate of pairalign, for a fair comparison,
  /// or else at the recipe's target rate. Empty when nothing was held out.
  std::vector<TokenizerReport> tokenizers;
};

/// Always uses the same 96 crops and views, whatever the state of the training, degraded as in
/// training. Frames are compared with those of the clean crop, strings with that of the same piece,
/// clean and without its context.
ValidationReport validate(const model::Model& model, const Recipe& recipe, const PcmStore& store,
                          const NoiseBank& noise, ThreadPool& pool);

/// The number of counts that are not 0.
int codes_in_use(const std::vector<double>& counts);

/// exp(−Σ p log p) of counts; 0 for none.
double perplexity(const std::vector<double>& counts);

}  // namespace pairalign::train

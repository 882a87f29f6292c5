// Quality of the model during training, on held-out recordings.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/thread_pool.hpp"
#include "model/model.hpp"
#include "train/pcm_store.hpp"
#include "train/recipe.hpp"
#include "train/string_measures.hpp"
#include "train/views.hpp"

namespace pairalign::train {

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
int codes_in_use(const std::vector<std::int64_t>& counts);

/// exp(−Σ p log p) of counts; 0 for none.
double perplexity(const std::vector<std::int64_t>& counts);

}  // namespace pairalign::train

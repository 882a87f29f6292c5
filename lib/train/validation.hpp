// How good the model under training is, on recordings it does not learn from.
#pragma once

#include <cstdint>
#include <vector>

#include "audio/pcm_store.hpp"
#include "audio/views.hpp"
#include "base/thread_pool.hpp"
#include "model/model.hpp"
#include "train/recipe.hpp"

namespace pairalign::train {

struct ValidationReport {
  double agreement = 0;   ///< share of frames of degraded views given the code of the clean frame
  double perplexity = 0;  ///< exp of the entropy of the clean frames' codes, nats
  int codes_used = 0;
  double vq_tokens_per_second = 0;  ///< of the clean crops
};

/// Always the same crops and the same views, whatever the state of the training.
ValidationReport validate(const model::Model& model, const Recipe& recipe,
                          const audio::PcmStore& store, const audio::NoiseBank& noise,
                          ThreadPool& pool);

/// exp(−Σ p log p) of counts; 0 for none.
double perplexity(const std::vector<std::int64_t>& counts);

}  // namespace pairalign::train

// Token rates of the tokenizers as functions of their control, the penalty.
#pragma once

#include <vector>

#include "base/thread_pool.hpp"
#include "model/model.hpp"
#include "train/pcm_store.hpp"

namespace pairalign::train {

// Both tokenise up to `seconds` of the recordings at a series of ascending penalties. Points at
// which the rate does not fall are left out, so the curves are strictly monotone.

/// Duration-penalised VQ, by its penalty, from 0.
std::vector<model::RatePoint> measure_rate_curve(const model::Model& model, const PcmStore& store,
                                                 double seconds, ThreadPool& pool);

/// The decoder, which the model must have, by the penalty of the path in its memory. Empty if it
/// has no path.
std::vector<model::RatePoint> measure_pairalign_rate_curve(const model::Model& model,
                                                           const PcmStore& store, double seconds,
                                                           ThreadPool& pool);

}  // namespace pairalign::train

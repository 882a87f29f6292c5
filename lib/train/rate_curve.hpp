// The token rate of duration-penalised VQ as a function of its penalty.
#pragma once

#include <vector>

#include "audio/pcm_store.hpp"
#include "base/thread_pool.hpp"
#include "model/model.hpp"

namespace pairalign::train {

/// Tokenises up to `seconds` of the recordings at a row of penalties, ascending from 0. Points
/// whose rate does not fall any more are left out, so the curve is strictly monotone.
std::vector<model::RatePoint> measure_rate_curve(const model::Model& model,
                                                 const audio::PcmStore& store, double seconds,
                                                 ThreadPool& pool);

}  // namespace pairalign::train

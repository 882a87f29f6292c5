// Parts shared by the steps of all stages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/stopwatch.hpp"
#include "base/thread_pool.hpp"
#include "nn/tensor_table.hpp"

namespace pairalign::train {

/// One instance per thread and type: the buffers of a workspace grow once and are kept.
template <class T>
T& of_this_thread() {
  thread_local T instance;
  return instance;
}

/// average ← decay · average + (1 − decay) · x
void move_average(const float* x, float decay, std::size_t n, float* average);

/// Decay of the EMA teacher at `step` of `steps`: from `start` to `end` along a half cosine.
double ema_decay(double start, double end, std::int64_t step, std::int64_t steps);

/// Sums the gradients of all shards, in order, into those of the first. All have the same length.
void sum_gradients(std::vector<std::vector<float>>& shards, ThreadPool& pool);

/// The codes (codes, dimension) as unit vectors; `norms` (codes) is kept for the backward pass.
std::vector<float> unit_codes(const float* codebook, int codes, int dimension,
                              std::vector<float>& norms);

/// A buffer of `table`'s layout that begins with `earlier`; the rest is drawn from `seed`. Throws
/// Error when `earlier` is longer than the table.
std::vector<float> grow_parameters(const nn::TensorTable& table, std::uint64_t seed,
                                   const std::vector<float>& earlier);

/// The random seed of a stage, so that no two stages of a run draw the same crops.
std::uint64_t stage_seed(std::uint64_t seed, const std::string& stage);

}  // namespace pairalign::train

// AdamW (Loshchilov & Hutter 2019) over flat buffers, with clipping and a schedule.
#pragma once

#include <cstdint>
#include <vector>

#include "nn/tensor_table.hpp"

namespace pairalign::nn {

struct AdamWConfig {
  double learning_rate = 2e-3;  ///< peak of the schedule
  double final_learning_rate = 1e-5;
  double beta1 = 0.9;
  double beta2 = 0.98;
  double epsilon = 1e-8;
  double weight_decay = 0.05;
  double clip_norm = 1.0;  ///< maximum L2 norm of the gradient over all tensors; 0: no clipping
  std::int64_t warmup_steps = 300;
};

/// Learning rate at `step` of `total` (0-based): linear warm-up, then a half cosine to the final
/// rate.
double scheduled_rate(const AdamWConfig& config, std::int64_t step, std::int64_t total);

/// The moments of all parameters; a checkpoint stores both buffers and the step.
struct AdamWState {
  std::vector<float> m, v;
  std::int64_t step = 0;
};

/// One optimiser step: updates `values` from `gradients` (both in the table's layout) at
/// `learning_rate`. Gradients are clipped to `clip_norm` first. Returns the norm before clipping;
/// if it is not finite, only the step count changes. `rate_factors` multiply the learning rate, one
/// per tensor of the table; empty: all 1. A tensor with factor 0 is frozen, and its gradient does
/// not count in the norm.
double adamw_update(const AdamWConfig& config, const TensorTable& table, double learning_rate,
                    const float* gradients, float* values, AdamWState& state,
                    const std::vector<double>& rate_factors = {});

}  // namespace pairalign::nn

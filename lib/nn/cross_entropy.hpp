// Cross-entropy between a softmax over logits and a target distribution.
#pragma once

namespace pairalign::nn {

/// loss = −Σ_rows w_r Σ_c t_c log softmax(x)_c  (returned);  dx = w_r (softmax(x) − t)  (written).
/// logits, targets, dx: (rows, cols); each target row sums to 1; `weights` (rows) may be null,
/// meaning 1. dx may be logits.
double cross_entropy(const float* logits, const float* targets, const float* weights, int rows,
                     int cols, float* dx);

}  // namespace pairalign::nn

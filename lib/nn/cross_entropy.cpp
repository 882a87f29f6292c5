#include "nn/cross_entropy.hpp"

#include <cmath>
#include <cstddef>

#include "base/multiversion.hpp"
#include "nn/fast_math.hpp"

namespace pairalign::nn {
namespace {

// One row; returns log Σ exp(x) − Σ t x, the cross-entropy when t sums to 1.
PAIRALIGN_MULTIVERSION
float row_loss(const float* x, const float* t, float weight, int cols, float* dx) {
  float max = x[0];
  for (int c = 1; c < cols; ++c)
    max = x[c] > max ? x[c] : max;
  float sum = 0, dot = 0;
  for (int c = 0; c < cols; ++c) {
    dot += t[c] * (x[c] - max);
    const float e = fast_exp(x[c] - max);
    dx[c] = e;
    sum += e;
  }
  const float scale = 1.0F / sum;
  for (int c = 0; c < cols; ++c)
    dx[c] = weight * (dx[c] * scale - t[c]);
  return std::log(sum) - dot;
}

}  // namespace

double cross_entropy(const float* logits, const float* targets, const float* weights, int rows,
                     int cols, float* dx) {
  double loss = 0;
  for (int r = 0; r < rows; ++r) {
    const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(r) * cols;
    const float weight = weights == nullptr ? 1.0F : weights[r];
    loss += static_cast<double>(weight) *
            static_cast<double>(row_loss(logits + row, targets + row, weight, cols, dx + row));
  }
  return loss;
}

}  // namespace pairalign::nn

#include "nn/functions.hpp"

#include <cmath>

#include "base/multiversion.hpp"
#include "nn/fast_math.hpp"

namespace pairalign::nn {
namespace {

constexpr float kA = 0.7978845608F;  // √(2/π)
constexpr float kB = 0.044715F;

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

PAIRALIGN_MULTIVERSION
void add(const float* x, std::size_t n, float* sum) {
  for (std::size_t i = 0; i < n; ++i)
    sum[i] += x[i];
}

PAIRALIGN_MULTIVERSION
void add_scaled(float factor, const float* x, std::size_t n, float* sum) {
  for (std::size_t i = 0; i < n; ++i)
    sum[i] += factor * x[i];
}

PAIRALIGN_MULTIVERSION
float dot(const float* x, const float* y, std::size_t n) {
  float sum = 0;
  for (std::size_t i = 0; i < n; ++i)
    sum += x[i] * y[i];
  return sum;
}

PAIRALIGN_MULTIVERSION
void scale(float factor, std::size_t n, float* x) {
  for (std::size_t i = 0; i < n; ++i)
    x[i] *= factor;
}

PAIRALIGN_MULTIVERSION
void gelu_forward(const float* x, std::size_t n, float* y) {
  for (std::size_t i = 0; i < n; ++i) {
    const float v = x[i];
    const float u = kA * (v + kB * v * v * v);
    y[i] = v / (1.0F + fast_exp(-2.0F * u));
  }
}

// With s = σ(2u): d/dx (x s) = s + x · 2 s (1 − s) · u', u' = √(2/π) (1 + 3 · 0.044715 x²)
PAIRALIGN_MULTIVERSION
void gelu_backward(const float* x, const float* dy, std::size_t n, float* dx) {
  for (std::size_t i = 0; i < n; ++i) {
    const float v = x[i];
    const float u = kA * (v + kB * v * v * v);
    const float s = 1.0F / (1.0F + fast_exp(-2.0F * u));
    const float du = kA * (1.0F + 3.0F * kB * v * v);
    dx[i] = dy[i] * (s + 2.0F * v * s * (1.0F - s) * du);
  }
}

PAIRALIGN_MULTIVERSION
void softmax_forward(const float* x, int rows, int cols, float* y) {
  for (int r = 0; r < rows; ++r) {
    const float* in = x + area(r, cols);
    float* out = y + area(r, cols);
    float max = in[0];
    for (int c = 1; c < cols; ++c)
      max = in[c] > max ? in[c] : max;
    float sum = 0;
    for (int c = 0; c < cols; ++c) {
      out[c] = fast_exp(in[c] - max);
      sum += out[c];
    }
    const float scale = 1.0F / sum;
    for (int c = 0; c < cols; ++c)
      out[c] *= scale;
  }
}

PAIRALIGN_MULTIVERSION
void softmax_backward(const float* y, const float* dy, int rows, int cols, float* dx) {
  for (int r = 0; r < rows; ++r) {
    const std::size_t row = area(r, cols);
    float dot = 0;
    for (int c = 0; c < cols; ++c)
      dot += y[row + c] * dy[row + c];
    for (int c = 0; c < cols; ++c)
      dx[row + c] = y[row + c] * (dy[row + c] - dot);
  }
}

double cross_entropy(const float* logits, const float* targets, const float* weights, int rows,
                     int cols, float* dx) {
  double loss = 0;
  for (int r = 0; r < rows; ++r) {
    const std::size_t row = area(r, cols);
    const float weight = weights == nullptr ? 1.0F : weights[r];
    loss += static_cast<double>(weight) *
            static_cast<double>(row_loss(logits + row, targets + row, weight, cols, dx + row));
  }
  return loss;
}

PAIRALIGN_MULTIVERSION
void l2_normalize_forward(const float* x, int rows, int width, float* y, float* norms) {
  for (int r = 0; r < rows; ++r) {
    const std::size_t row = area(r, width);
    float square = 0;
    for (int c = 0; c < width; ++c)
      square += x[row + c] * x[row + c];
    const float norm = std::sqrt(square);
    norms[r] = norm > 1e-6F ? norm : 1e-6F;
    const float scale = 1.0F / norms[r];
    for (int c = 0; c < width; ++c)
      y[row + c] = x[row + c] * scale;
  }
}

PAIRALIGN_MULTIVERSION
void l2_normalize_backward(const float* y, const float* norms, const float* dy, int rows, int width,
                           float* dx) {
  for (int r = 0; r < rows; ++r) {
    const std::size_t row = area(r, width);
    float dot = 0;
    for (int c = 0; c < width; ++c)
      dot += y[row + c] * dy[row + c];
    const float scale = 1.0F / norms[r];
    for (int c = 0; c < width; ++c)
      dx[row + c] = (dy[row + c] - y[row + c] * dot) * scale;
  }
}

}  // namespace pairalign::nn

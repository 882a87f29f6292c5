#include "nn/activation.hpp"

#include "base/multiversion.hpp"
#include "nn/fast_math.hpp"

namespace pairalign::nn {
namespace {

constexpr float kA = 0.7978845608F;  // √(2/π)
constexpr float kB = 0.044715F;

}  // namespace

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
    const float* in = x + static_cast<std::ptrdiff_t>(r) * cols;
    float* out = y + static_cast<std::ptrdiff_t>(r) * cols;
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
    const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(r) * cols;
    float dot = 0;
    for (int c = 0; c < cols; ++c)
      dot += y[row + c] * dy[row + c];
    for (int c = 0; c < cols; ++c)
      dx[row + c] = y[row + c] * (dy[row + c] - dot);
  }
}

}  // namespace pairalign::nn

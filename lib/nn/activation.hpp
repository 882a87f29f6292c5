// Elementwise and row-wise non-linearities.
#pragma once

#include <cstddef>

namespace pairalign::nn {

/// GELU, tanh form (Hendrycks & Gimpel 2016): y = x · σ(2u), u = √(2/π) (x + 0.044715 x³).
void gelu_forward(const float* x, std::size_t n, float* y);
/// dx = dy · GELU'(x); `x` is the input of forward. dx may be dy.
void gelu_backward(const float* x, const float* dy, std::size_t n, float* dx);

/// y = exp(x − max) / Σ exp(x − max) per row of `cols` values; y may be x.
void softmax_forward(const float* x, int rows, int cols, float* y);
/// dx = y (dy − Σ y dy) per row; `y` is the output of forward. dx may be dy.
void softmax_backward(const float* y, const float* dy, int rows, int cols, float* dx);

}  // namespace pairalign::nn

// Functions of vectors of `n` values and of the rows of row-major matrices.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pairalign::nn {

/// Values of `rows` rows of `cols`; also where row `rows` begins.
inline std::size_t area(std::int64_t rows, std::int64_t cols) {
  return static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols);
}

/// sum += x
void add(const float* x, std::size_t n, float* sum);
/// sum += factor · x
void add_scaled(float factor, const float* x, std::size_t n, float* sum);
/// Σ x y
float dot(const float* x, const float* y, std::size_t n);
/// x *= factor
void scale(float factor, std::size_t n, float* x);

/// GELU, tanh form (Hendrycks & Gimpel 2016): y = x · σ(2u), u = √(2/π) (x + 0.044715 x³).
void gelu_forward(const float* x, std::size_t n, float* y);
/// dx = dy · GELU'(x); `x` is the input of forward. dx may be dy.
void gelu_backward(const float* x, const float* dy, std::size_t n, float* dx);

/// y = exp(x − max) / Σ exp(x − max) per row of `cols` values; y may be x.
void softmax_forward(const float* x, int rows, int cols, float* y);
/// dx = y (dy − Σ y dy) per row; `y` is the output of forward. dx may be dy.
void softmax_backward(const float* y, const float* dy, int rows, int cols, float* dx);

/// loss = −Σ_rows w_r Σ_c t_c log softmax(x)_c  (returned);  dx = w_r (softmax(x) − t)  (written).
/// logits, targets, dx: (rows, cols); each target row sums to 1; `weights` (rows) may be null,
/// meaning 1. dx may be logits.
double cross_entropy(const float* logits, const float* targets, const float* weights, int rows,
                     int cols, float* dx);

/// y = x / ‖x‖ per row; `norms` (rows) receives ‖x‖, bounded below by 1e-6. y may be x.
void l2_normalize_forward(const float* x, int rows, int width, float* y, float* norms);
/// dx = (dy − y (y · dy)) / ‖x‖; `y` and `norms` as forward left them. dx may be dy.
void l2_normalize_backward(const float* y, const float* norms, const float* dy, int rows, int width,
                           float* dx);

}  // namespace pairalign::nn

// y = x W + b
#pragma once

#include <string>

#include "nn/matmul.hpp"
#include "nn/tensor_table.hpp"
#include "nn/weights.hpp"

namespace pairalign::nn {

/// Pointwise (per row) affine map. Layers hold shapes and offsets only; `p` is a buffer of
/// parameters in the layout of the table, `g` one of gradients, which backward adds to.
struct Linear {
  int in = 0, out = 0;
  std::size_t weight = 0;  // (in, out)
  std::size_t bias = 0;    // (out)

  Linear() = default;
  /// Initial weights are normal with standard deviation gain / sqrt(in).
  Linear(TensorTable& table, const std::string& name, int in, int out, float gain = 1);

  struct Cache {
    Operand x;  // (rows, in): the input, in the precision of the product
    Operand scratch_w, scratch_dy;
  };

  /// x (rows, in) → y (rows, out). In f32 the cache refers to `x`, which must stay valid until
  /// backward.
  void forward(Weights w, const float* x, int rows, float* y, Cache& cache) const;
  /// dy (rows, out) → dx (rows, in), which may be null when not needed.
  void backward(const float* p, const float* dy, float* g, float* dx, Cache& cache) const;
};

}  // namespace pairalign::nn

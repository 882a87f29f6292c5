// y = (x − mean) / √(var + ε) · γ + β over each row (Ba, Kiros, Hinton 2016)
#pragma once

#include <string>
#include <vector>

#include "nn/tensor_table.hpp"

namespace pairalign::nn {

struct LayerNorm {
  int width = 0;
  std::size_t gamma = 0;  // (width)
  std::size_t beta = 0;   // (width)

  LayerNorm() = default;
  LayerNorm(TensorTable& table, const std::string& name, int width);

  struct Cache {
    const float* x = nullptr;  // (rows, width): the input, which must stay valid until backward
    int rows = 0;
    std::vector<float> mean, inverse;  // (rows): mean and 1 / √(var + ε)
  };

  /// x, y: (rows, width); y must not be x.
  void forward(const float* p, const float* x, int rows, float* y, Cache& cache) const;
  /// dx may be dy.
  void backward(const float* p, const float* dy, float* g, float* dx, const Cache& cache) const;
};

}  // namespace pairalign::nn

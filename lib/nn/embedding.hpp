// y[r] = W[id_r]: a table of vectors, one per symbol
#pragma once

#include <string>
#include <vector>

#include "nn/tensor_table.hpp"

namespace pairalign::nn {

/// Initial vectors have an expected squared norm of 1. No weight decay: it would shrink the rows of
/// symbols absent from a batch.
struct Embedding {
  int vocabulary = 0, width = 0;
  std::size_t weight = 0;  // (vocabulary, width)

  Embedding() = default;
  Embedding(TensorTable& table, const std::string& name, int vocabulary, int width);

  /// ids (rows) → y (rows, width). Throws Error for an id outside [0, vocabulary).
  void forward(const float* p, const std::vector<int>& ids, float* y) const;
  /// `ids` as given to forward; dy: (rows, width). Gradients of a repeated symbol are summed.
  void backward(const std::vector<int>& ids, const float* dy, float* g) const;
};

}  // namespace pairalign::nn

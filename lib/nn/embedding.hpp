// y[r] = W[id_r]: a table of vectors, one per symbol
#pragma once

#include <string>
#include <vector>

#include "nn/tensor_table.hpp"

namespace pairalign::nn {

/// Initial vectors have an expected squared norm of 1. Not decayed: a decay would shrink the rows
/// of symbols that a batch does not hold.
struct Embedding {
  int vocabulary = 0, width = 0;
  std::size_t weight = 0;  // (vocabulary, width)

  Embedding() = default;
  Embedding(TensorTable& table, const std::string& name, int vocabulary, int width);

  /// ids (rows), each in [0, vocabulary), else Error → y (rows, width).
  void forward(const float* p, const std::vector<int>& ids, float* y) const;
  /// `ids` as forward took them; dy: (rows, width). A symbol that occurs twice receives the sum.
  void backward(const std::vector<int>& ids, const float* dy, float* g) const;
};

}  // namespace pairalign::nn

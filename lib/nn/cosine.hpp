// Cosine similarities of embeddings to the codes of a codebook:
//
//   z = x / ‖x‖,  S = z Cᵀ;   dz = dS C,  dx = (dz − z (z · dz)) / ‖x‖
//
// where the rows of C have unit length and receive no gradient here.
#pragma once

#include <vector>

#include "nn/matmul.hpp"

namespace pairalign::nn {

struct Codebook {
  const float* codes = nullptr;  ///< (count, dimension)
  int count = 0, dimension = 0;
};

/// Caller-owned buffers, kept between calls; `norms` must not change between forward and backward.
struct CosineBuffers {
  std::vector<float>& norms;
  Operand& left;
  Operand& right;
};

/// `z`: (rows, dimension), x on entry and z on return; `scores` becomes S, (rows, count).
void cosines_forward(const Codebook& codebook, Precision precision, std::vector<float>& z,
                     std::vector<float>& scores, const CosineBuffers& buffers);
/// `dscores`: dS; writes dx. `z` as forward left it.
void cosines_backward(const Codebook& codebook, Precision precision, const std::vector<float>& z,
                      const float* dscores, float* dx, const CosineBuffers& buffers);

}  // namespace pairalign::nn

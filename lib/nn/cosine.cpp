#include "nn/cosine.hpp"

#include "nn/functions.hpp"
#include "nn/shape.hpp"

namespace pairalign::nn {
namespace {

int rows_of(const std::vector<float>& z, const Codebook& codebook) {
  return static_cast<int>(z.size()) / codebook.dimension;
}

}  // namespace

void cosines_forward(const Codebook& codebook, Precision precision, std::vector<float>& z,
                     std::vector<float>& scores, const CosineBuffers& buffers) {
  const int rows = rows_of(z, codebook), dimension = codebook.dimension;
  buffers.norms.resize(static_cast<std::size_t>(rows));
  l2_normalize_forward(z.data(), rows, dimension, z.data(), buffers.norms.data());
  scores.resize(area(rows, codebook.count));
  buffers.left.assign(z.data(), rows, dimension, precision);
  buffers.right.assign(codebook.codes, codebook.count, dimension, precision);
  matmul(buffers.left, Transpose::no, buffers.right, Transpose::yes, scores.data());
}

void cosines_backward(const Codebook& codebook, Precision precision, const std::vector<float>& z,
                      const float* dscores, float* dx, const CosineBuffers& buffers) {
  const int rows = rows_of(z, codebook), dimension = codebook.dimension;
  buffers.left.assign(dscores, rows, codebook.count, precision);
  buffers.right.assign(codebook.codes, codebook.count, dimension, precision);
  matmul(buffers.left, Transpose::no, buffers.right, Transpose::no, dx);
  l2_normalize_backward(z.data(), buffers.norms.data(), dx, rows, dimension, dx);
}

}  // namespace pairalign::nn

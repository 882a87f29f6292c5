#include "nn/linear.hpp"

#include <cmath>

#include "base/multiversion.hpp"

namespace pairalign::nn {
namespace {

PAIRALIGN_MULTIVERSION
void add_to_rows(const float* b, int rows, int cols, float* y) {
  for (int r = 0; r < rows; ++r) {
    float* row = y + static_cast<std::ptrdiff_t>(r) * cols;
    for (int c = 0; c < cols; ++c)
      row[c] += b[c];
  }
}

PAIRALIGN_MULTIVERSION
void add_column_sums(const float* dy, int rows, int cols, float* db) {
  for (int r = 0; r < rows; ++r) {
    const float* row = dy + static_cast<std::ptrdiff_t>(r) * cols;
    for (int c = 0; c < cols; ++c)
      db[c] += row[c];
  }
}

}  // namespace

Linear::Linear(TensorTable& table, const std::string& name, int in_, int out_, float gain)
    : in(in_), out(out_) {
  weight = table.add_matrix(name + ".weight", in, out, gain / std::sqrt(static_cast<float>(in)));
  bias = table.add(name + ".bias", {out}, false, 0);
}

void Linear::forward(Weights w, const float* x, int rows, float* y, Cache& cache) const {
  cache.x.assign(x, rows, in, w.precision);
  if (const PackedMatrix* packed = w.packed_at(weight)) {
    matmul(cache.x, *packed, y);
  } else {
    cache.scratch_w.assign(w.values + weight, in, out, w.precision);
    matmul(cache.x, Transpose::no, cache.scratch_w, Transpose::no, y);
  }
  add_to_rows(w.values + bias, rows, out, y);
}

// dW = xᵀ dy,  db = Σ_rows dy,  dx = dy Wᵀ
void Linear::backward(const float* p, const float* dy, float* g, float* dx, Cache& cache) const {
  const int rows = cache.x.rows();
  const Precision precision = cache.x.precision();
  cache.scratch_dy.assign(dy, rows, out, precision);
  matmul(cache.x, Transpose::yes, cache.scratch_dy, Transpose::no, g + weight, true);
  add_column_sums(dy, rows, out, g + bias);
  if (dx == nullptr) return;
  cache.scratch_w.assign(p + weight, in, out, precision);
  matmul(cache.scratch_dy, Transpose::no, cache.scratch_w, Transpose::yes, dx);
}

}  // namespace pairalign::nn

#include "nn/elementwise.hpp"

#include "base/multiversion.hpp"

namespace pairalign::nn {

PAIRALIGN_MULTIVERSION
void add(const float* x, std::size_t n, float* sum) {
  for (std::size_t i = 0; i < n; ++i)
    sum[i] += x[i];
}

PAIRALIGN_MULTIVERSION
void add_scaled(float factor, const float* x, std::size_t n, float* sum) {
  for (std::size_t i = 0; i < n; ++i)
    sum[i] += factor * x[i];
}

PAIRALIGN_MULTIVERSION
void scale(float factor, std::size_t n, float* x) {
  for (std::size_t i = 0; i < n; ++i)
    x[i] *= factor;
}

}  // namespace pairalign::nn

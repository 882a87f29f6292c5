#include "nn/normalize.hpp"

#include <cmath>
#include <cstddef>

#include "base/multiversion.hpp"

namespace pairalign::nn {

PAIRALIGN_MULTIVERSION
void l2_normalize_forward(const float* x, int rows, int width, float* y, float* norms) {
  for (int r = 0; r < rows; ++r) {
    const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(r) * width;
    float square = 0;
    for (int c = 0; c < width; ++c)
      square += x[row + c] * x[row + c];
    const float norm = std::sqrt(square);
    norms[r] = norm > 1e-6F ? norm : 1e-6F;
    const float scale = 1.0F / norms[r];
    for (int c = 0; c < width; ++c)
      y[row + c] = x[row + c] * scale;
  }
}

PAIRALIGN_MULTIVERSION
void l2_normalize_backward(const float* y, const float* norms, const float* dy, int rows, int width,
                           float* dx) {
  for (int r = 0; r < rows; ++r) {
    const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(r) * width;
    float dot = 0;
    for (int c = 0; c < width; ++c)
      dot += y[row + c] * dy[row + c];
    const float scale = 1.0F / norms[r];
    for (int c = 0; c < width; ++c)
      dx[row + c] = (dy[row + c] - y[row + c] * dot) * scale;
  }
}

}  // namespace pairalign::nn

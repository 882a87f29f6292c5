#include "nn/layer_norm.hpp"

#include <cmath>

#include "base/multiversion.hpp"

namespace pairalign::nn {
namespace {

constexpr float kEpsilon = 1e-5F;

PAIRALIGN_MULTIVERSION
void normalise_rows(const float* x, int rows, int width, const float* gamma, const float* beta,
                    float* y, float* means, float* inverses) {
  for (int r = 0; r < rows; ++r) {
    const float* in = x + static_cast<std::ptrdiff_t>(r) * width;
    float* out = y + static_cast<std::ptrdiff_t>(r) * width;
    float sum = 0;
    for (int c = 0; c < width; ++c)
      sum += in[c];
    const float mean = sum / static_cast<float>(width);
    float square = 0;
    for (int c = 0; c < width; ++c)
      square += (in[c] - mean) * (in[c] - mean);
    const float inverse = 1.0F / std::sqrt(square / static_cast<float>(width) + kEpsilon);
    for (int c = 0; c < width; ++c)
      out[c] = (in[c] - mean) * inverse * gamma[c] + beta[c];
    means[r] = mean;
    inverses[r] = inverse;
  }
}

// With x̂ the normalised row and d = dy · γ:
//   dx = (d − mean(d) − x̂ · mean(d x̂)) / √(var + ε),  dγ += Σ_rows dy x̂,  dβ += Σ_rows dy
PAIRALIGN_MULTIVERSION
void backward_rows(const float* x, const float* dy, int rows, int width, const float* gamma,
                   const float* means, const float* inverses, float* dgamma, float* dbeta,
                   float* dx) {
  for (int r = 0; r < rows; ++r) {
    const float* in = x + static_cast<std::ptrdiff_t>(r) * width;
    const float* up = dy + static_cast<std::ptrdiff_t>(r) * width;
    float* out = dx + static_cast<std::ptrdiff_t>(r) * width;
    const float mean = means[r], inverse = inverses[r];
    float sum_d = 0, sum_dx = 0;
    for (int c = 0; c < width; ++c) {
      const float hat = (in[c] - mean) * inverse;
      const float d = up[c] * gamma[c];
      sum_d += d;
      sum_dx += d * hat;
      dgamma[c] += up[c] * hat;
      dbeta[c] += up[c];
    }
    const float mean_d = sum_d / static_cast<float>(width);
    const float mean_dx = sum_dx / static_cast<float>(width);
    for (int c = 0; c < width; ++c) {
      const float hat = (in[c] - mean) * inverse;
      out[c] = (up[c] * gamma[c] - mean_d - hat * mean_dx) * inverse;
    }
  }
}

}  // namespace

LayerNorm::LayerNorm(TensorTable& table, const std::string& name, int width_) : width(width_) {
  gamma = table.add(name + ".gamma", {width}, false, 0, 1);
  beta = table.add(name + ".beta", {width}, false, 0);
}

void LayerNorm::forward(const float* p, const float* x, int rows, float* y, Cache& cache) const {
  cache.x = x;
  cache.rows = rows;
  cache.mean.resize(static_cast<std::size_t>(rows));
  cache.inverse.resize(static_cast<std::size_t>(rows));
  normalise_rows(x, rows, width, p + gamma, p + beta, y, cache.mean.data(), cache.inverse.data());
}

void LayerNorm::backward(const float* p, const float* dy, float* g, float* dx,
                         const Cache& cache) const {
  backward_rows(cache.x, dy, cache.rows, width, p + gamma, cache.mean.data(), cache.inverse.data(),
                g + gamma, g + beta, dx);
}

}  // namespace pairalign::nn

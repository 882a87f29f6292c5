#include "nn/adamw.hpp"

#include <cmath>

#include "base/multiversion.hpp"

namespace pairalign::nn {
namespace {

// Partial sums over blocks: a float sum over a million squares would lose digits.
double squared_norm(const float* x, std::size_t n) {
  constexpr std::size_t kBlock = 4096;
  double total = 0;
  for (std::size_t start = 0; start < n; start += kBlock) {
    float sum = 0;
    for (std::size_t i = start; i < n && i < start + kBlock; ++i)
      sum += x[i] * x[i];
    total += static_cast<double>(sum);
  }
  return total;
}

struct Step {
  float beta1, beta2, scale, rate, decay, epsilon, correction1, correction2;
};

// m ← β₁ m + (1−β₁) g,  v ← β₂ v + (1−β₂) g²,  θ ← θ − η (m̂ / (√v̂ + ε) + λ θ)
PAIRALIGN_MULTIVERSION
void update(const Step& s, const float* g, std::size_t n, float* theta, float* m, float* v) {
  for (std::size_t i = 0; i < n; ++i) {
    const float gradient = g[i] * s.scale;
    m[i] = s.beta1 * m[i] + (1.0F - s.beta1) * gradient;
    v[i] = s.beta2 * v[i] + (1.0F - s.beta2) * gradient * gradient;
    const float direction = m[i] * s.correction1 / (std::sqrt(v[i] * s.correction2) + s.epsilon);
    theta[i] -= s.rate * (direction + s.decay * theta[i]);
  }
}

}  // namespace

double scheduled_rate(const AdamWConfig& config, std::int64_t step, std::int64_t total) {
  if (step < config.warmup_steps) {
    return config.learning_rate * static_cast<double>(step + 1) /
           static_cast<double>(config.warmup_steps);
  }
  const double span = static_cast<double>(std::max<std::int64_t>(1, total - config.warmup_steps));
  const double progress = std::min(1.0, static_cast<double>(step - config.warmup_steps) / span);
  return config.final_learning_rate + 0.5 * (config.learning_rate - config.final_learning_rate) *
                                          (1 + std::cos(3.141592653589793 * progress));
}

double adamw_update(const AdamWConfig& config, const TensorTable& table, double learning_rate,
                    const float* gradients, float* values, AdamWState& state,
                    const std::vector<double>& rate_factors) {
  state.m.resize(table.size());
  state.v.resize(table.size());
  ++state.step;
  const auto factor = [&](std::size_t tensor) {
    return rate_factors.empty() ? 1.0 : rate_factors[tensor];
  };
  const std::vector<TensorInfo>& tensors = table.tensors();
  double square = 0;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    if (factor(i) > 0) square += squared_norm(gradients + tensors[i].offset, tensors[i].size);
  }
  const double norm = std::sqrt(square);
  if (!std::isfinite(norm)) return norm;

  Step s{};
  s.beta1 = static_cast<float>(config.beta1);
  s.beta2 = static_cast<float>(config.beta2);
  s.epsilon = static_cast<float>(config.epsilon);
  s.scale = config.clip_norm > 0 && norm > config.clip_norm
                ? static_cast<float>(config.clip_norm / norm)
                : 1.0F;
  const auto t = static_cast<double>(state.step);
  s.correction1 = static_cast<float>(1 / (1 - std::pow(config.beta1, t)));
  s.correction2 = static_cast<float>(1 / (1 - std::pow(config.beta2, t)));
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const TensorInfo& tensor = tensors[i];
    if (factor(i) <= 0) continue;
    s.rate = static_cast<float>(learning_rate * factor(i));
    s.decay = tensor.decayed ? static_cast<float>(config.weight_decay) : 0.0F;
    update(s, gradients + tensor.offset, tensor.size, values + tensor.offset,
           state.m.data() + tensor.offset, state.v.data() + tensor.offset);
  }
  return norm;
}

}  // namespace pairalign::nn

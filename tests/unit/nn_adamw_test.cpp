#include <cmath>

#include <doctest/doctest.h>

#include "nn/adamw.hpp"

using namespace pairalign;
using namespace pairalign::nn;

TEST_CASE("the schedule warms up linearly and ends at the final rate") {
  AdamWConfig config;
  config.learning_rate = 1;
  config.final_learning_rate = 0.1;
  config.warmup_steps = 10;
  CHECK(scheduled_rate(config, 0, 100) == doctest::Approx(0.1));
  CHECK(scheduled_rate(config, 9, 100) == doctest::Approx(1));
  CHECK(scheduled_rate(config, 55, 100) == doctest::Approx(0.55));
  CHECK(scheduled_rate(config, 100, 100) == doctest::Approx(0.1));
}

TEST_CASE("two updates equal the formulas written out") {
  TensorTable table;
  const std::size_t w = table.add("w", {2}, true, 0), b = table.add("b", {1}, false, 0);
  AdamWConfig config;
  config.clip_norm = 1;
  config.weight_decay = 0.1;
  std::vector<float> values(table.size()), gradients(table.size());
  values[w] = 1, values[w + 1] = -2, values[b] = 0.5F;
  double theta[3] = {1, -2, 0.5}, m[3] = {}, v[3] = {};
  const double given[2][3] = {{3, 4, 12}, {0.1, -0.2, 0.3}};
  AdamWState state;
  for (int step = 0; step < 2; ++step) {
    gradients[w] = static_cast<float>(given[step][0]);
    gradients[w + 1] = static_cast<float>(given[step][1]);
    gradients[b] = static_cast<float>(given[step][2]);
    const double norm = adamw_update(config, table, 0.01, gradients.data(), values.data(), state);
    double square = 0;
    for (const double g : given[step])
      square += g * g;
    CHECK(norm == doctest::Approx(std::sqrt(square)));
    for (int i = 0; i < 3; ++i) {
      const double g = given[step][i] * std::min(1.0, 1 / std::sqrt(square));
      m[i] = config.beta1 * m[i] + (1 - config.beta1) * g;
      v[i] = config.beta2 * v[i] + (1 - config.beta2) * g * g;
      const double mh = m[i] / (1 - std::pow(config.beta1, step + 1));
      const double vh = v[i] / (1 - std::pow(config.beta2, step + 1));
      theta[i] -= 0.01 * (mh / (std::sqrt(vh) + config.epsilon) + (i < 2 ? 0.1 * theta[i] : 0));
    }
  }
  CHECK(values[w] == doctest::Approx(theta[0]).epsilon(1e-5));
  CHECK(values[w + 1] == doctest::Approx(theta[1]).epsilon(1e-5));
  CHECK(values[b] == doctest::Approx(theta[2]).epsilon(1e-5));
}

TEST_CASE("a gradient that is not finite changes nothing") {
  TensorTable table;
  const std::size_t w = table.add("w", {2}, true, 0);
  std::vector<float> values(table.size(), 1.0F), gradients(table.size(), 1.0F);
  gradients[w + 1] = NAN;
  AdamWState state;
  CHECK_FALSE(std::isfinite(adamw_update({}, table, 0.01, gradients.data(), values.data(), state)));
  CHECK(values[w] == 1.0F);
}

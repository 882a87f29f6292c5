// Finite differences in random directions: the oracle of every backward pass.
#pragma once

#include <cmath>
#include <functional>
#include <vector>

#include <doctest/doctest.h>

#include "base/random.hpp"

namespace pairalign::test {

inline std::vector<float> random_values(std::size_t n, Random& random, double scale = 1) {
  std::vector<float> values(n);
  for (float& value : values)
    value = static_cast<float>(scale * random.normal());
  return values;
}

inline double dot(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

/// Checks that `gradient` is the derivative of `loss` at `at` in several random directions, by
/// central differences. `loss` must be smooth there.
inline void check_gradient(const std::vector<float>& at, const std::vector<float>& gradient,
                           const std::function<double(const std::vector<float>&)>& loss,
                           Random& random, double tolerance = 2e-2) {
  REQUIRE(at.size() == gradient.size());
  double norm = std::sqrt(dot(gradient, gradient));
  REQUIRE(norm > 0);
  for (int trial = 0; trial < 4; ++trial) {
    // Part of each direction is the gradient itself, so that the derivative is never near zero.
    std::vector<float> direction = random_values(at.size(), random);
    const double length = std::sqrt(dot(direction, direction));
    for (std::size_t i = 0; i < at.size(); ++i) {
      direction[i] = static_cast<float>(direction[i] / length + gradient[i] / norm);
    }
    const double step = 1e-2;
    std::vector<float> up = at, down = at;
    for (std::size_t i = 0; i < at.size(); ++i) {
      up[i] += static_cast<float>(step * direction[i]);
      down[i] -= static_cast<float>(step * direction[i]);
    }
    const double measured = (loss(up) - loss(down)) / (2 * step);
    CHECK(measured == doctest::Approx(dot(gradient, direction)).epsilon(tolerance));
  }
}

}  // namespace pairalign::test

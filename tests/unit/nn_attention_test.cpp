#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "nn/attention.hpp"
#include "nn_attention_oracle.hpp"
#include "nn_gradient.hpp"

using namespace pairalign;
using namespace pairalign::nn;
using test::area;
using test::attention_oracle;
using test::check_gradient;
using test::cross_case;
using test::dot;
using test::Doubles;
using test::self_case;
using test::Values;
using Case = test::AttentionCase;

namespace {

void check_forward(const Case& c, Precision precision, double tolerance) {
  Attention::Cache cache;
  const Values y = c.forward(c.p, c.x, c.memory, cache, precision);
  const Doubles expected =
      attention_oracle(c, [&](int sequence, int head, int query, const Doubles& weights) {
        const float* row =
            cache.head_weights(sequence, head) + area(query, cache.weight_stride(sequence));
        for (std::size_t m = 0; m < weights.size(); ++m) {
          REQUIRE(std::abs(row[m] - weights[m]) < tolerance);
          if (weights[m] == 0) REQUIRE(row[m] == 0);
        }
      });
  REQUIRE(y.size() == expected.size());
  for (std::size_t i = 0; i < y.size(); ++i)
    REQUIRE(std::abs(y[i] - expected[i]) < tolerance);
}

struct Gradients {
  Values p, x, memory;
};

Gradients gradients(const Case& c, Precision precision) {
  Attention::Cache cache;
  Gradients g{Values(c.table.size()), Values(c.x.size()), Values(c.memory.size())};
  c.forward(c.p, c.x, c.memory, cache, precision);
  c.layer.backward(c.p.data(), c.dy.data(), g.p.data(), g.x.data(), g.memory.data(), cache);
  return g;
}

// One tensor at a time, so that a wrong small gradient does not hide behind a large one.
void check_parameter_gradients(const Case& c, const Values& gradient, Random& random) {
  Attention::Cache cache;
  for (const TensorInfo& tensor : c.table.tensors()) {
    CAPTURE(tensor.name);
    const auto first = static_cast<std::ptrdiff_t>(tensor.offset);
    const auto last = first + static_cast<std::ptrdiff_t>(tensor.size);
    const Values at(c.p.begin() + first, c.p.begin() + last);
    const Values g(gradient.begin() + first, gradient.begin() + last);
    if (tensor.offset == c.layer.key.bias) {
      // The same shift of all scores of a row: the derivative is zero, up to rounding.
      CHECK(std::sqrt(dot(g, g)) < 1e-4);
      continue;
    }
    REQUIRE(std::sqrt(dot(g, g)) > 1);  // well above the absolute part of the tolerance
    check_gradient(
        at, g,
        [&](const Values& v) {
          Values p = c.p;
          std::copy(v.begin(), v.end(), p.begin() + first);
          return dot(c.forward(p, c.x, c.memory, cache), c.dy);
        },
        random);
  }
}

// Rows [first, last) of y.
Values rows(const Values& y, int first, int last, int width) {
  return Values(y.begin() + area(first, width), y.begin() + area(last, width));
}

double relative_error(const Values& got, const Values& expected) {
  Values difference = got;
  for (std::size_t i = 0; i < got.size(); ++i)
    difference[i] -= expected[i];
  return std::sqrt(dot(difference, difference) / dot(expected, expected));
}

}  // namespace

TEST_CASE("attention: output and weights equal scalar loops, packed, causal and cross") {
  Random random(2);
  check_forward(cross_case(random), Precision::f32, 1e-4);
  check_forward(self_case(random), Precision::f32, 1e-4);
  check_forward(cross_case(random), fastest_precision(), 0.1);
  check_forward(self_case(random), fastest_precision(), 0.1);
}

TEST_CASE("cross-attention: gradients of input, memory and every parameter") {
  Random random(3);
  const Case c = cross_case(random);
  const Gradients g = gradients(c, Precision::f32);
  Attention::Cache cache;
  check_gradient(
      c.x, g.x, [&](const Values& v) { return dot(c.forward(c.p, v, c.memory, cache), c.dy); },
      random);
  check_gradient(
      c.memory, g.memory, [&](const Values& v) { return dot(c.forward(c.p, c.x, v, cache), c.dy); },
      random);
  check_parameter_gradients(c, g.p, random);
}

TEST_CASE("causal self-attention: the gradient of the input is that of x plus that of the memory") {
  Random random(4);
  const Case c = self_case(random);
  const Gradients g = gradients(c, Precision::f32);
  Values both = g.x;
  for (std::size_t i = 0; i < both.size(); ++i)
    both[i] += g.memory[i];
  Attention::Cache cache;
  check_gradient(
      c.x, both, [&](const Values& v) { return dot(c.forward(c.p, v, v, cache), c.dy); }, random);
  check_parameter_gradients(c, g.p, random);
}

TEST_CASE("attention: gradients that are not asked for change nothing else") {
  Random random(5);
  const Case c = cross_case(random);
  const Gradients all = gradients(c, Precision::f32);
  Attention::Cache cache;
  Values g(c.table.size());
  c.forward(c.p, c.x, c.memory, cache);
  c.layer.backward(c.p.data(), c.dy.data(), g.data(), nullptr, nullptr, cache);
  CHECK(g == all.p);
}

TEST_CASE("attention: gradients in the fastest precision are those of f32, rounded") {
  Random random(6);
  for (const Case& c : {cross_case(random), self_case(random)}) {
    const Gradients exact = gradients(c, Precision::f32);
    const Gradients fast = gradients(c, fastest_precision());
    CHECK(relative_error(fast.p, exact.p) < 0.03);
    CHECK(relative_error(fast.x, exact.x) < 0.03);
    CHECK(relative_error(fast.memory, exact.memory) < 0.03);
  }
}

TEST_CASE("causal attention: a later row does not change earlier outputs") {
  Random random(7);
  const Case c = self_case(random);
  Attention::Cache cache;
  const Values before = c.forward(c.p, c.x, c.x, cache);
  const int changed = 6 + 1 + 9;  // inside the third sequence
  Values x = c.x;
  for (int i = 0; i < 12; ++i)
    x[area(changed, 12) + i] += 1;
  const Values after = c.forward(c.p, x, x, cache);
  CHECK(rows(after, 0, changed, 12) == rows(before, 0, changed, 12));
  for (int t = changed; t < 25; ++t)
    CHECK(rows(after, t, t + 1, 12) != rows(before, t, t + 1, 12));
}

TEST_CASE("attention: sequences do not see each other, not even a NaN") {
  Random random(8);
  const Case c = cross_case(random);
  Attention::Cache cache;
  const Values before = c.forward(c.p, c.x, c.memory, cache);
  Values memory = c.memory;
  for (int m = 3; m < 3 + 33; ++m)
    memory[area(m, 7)] = NAN;  // the second sequence
  const Values after = c.forward(c.p, c.x, memory, cache);
  CHECK(rows(after, 0, 5, 12) == rows(before, 0, 5, 12));
  CHECK(std::isnan(after[area(5, 12)]));
  CHECK(rows(after, 6, 25, 12) == rows(before, 6, 25, 12));
}

TEST_CASE("attention: a used cache gives the bytes of a fresh one and does not grow again") {
  Random random(9);
  // A larger batch of NaN: nothing of it may reach the next one through the padding.
  Case c(Mask::none, 7, {5, 40}, {70, 20}, random);
  std::fill(c.x.begin(), c.x.end(), NAN);
  std::fill(c.memory.begin(), c.memory.end(), NAN);
  Attention::Cache used;
  c.forward(c.p, c.x, c.memory, used);
  Values g(c.table.size());
  c.layer.backward(c.p.data(), c.dy.data(), g.data(), nullptr, nullptr, used);
  const float* const weights = used.weights.data();
  const float* const keys = used.keys.data();

  const Case small = cross_case(random);
  Attention::Cache fresh;
  Values y(small.x.size()), g_used(c.table.size()), g_fresh(c.table.size());
  CHECK(small.forward(small.p, small.x, small.memory, used) ==
        small.forward(small.p, small.x, small.memory, fresh));
  small.layer.backward(small.p.data(), small.dy.data(), g_used.data(), nullptr, nullptr, used);
  small.layer.backward(small.p.data(), small.dy.data(), g_fresh.data(), nullptr, nullptr, fresh);
  CHECK(g_used == g_fresh);
  CHECK(used.weights.data() == weights);
  CHECK(used.keys.data() == keys);
}

TEST_CASE(
    "attention: empty sequences give the output's bias, and lengths that do not fit an Error") {
  Random random(10);
  const Case c(Mask::none, 7, {2, 0, 3}, {0, 4, 1}, random);
  Attention::Cache cache;
  const Values y = c.forward(c.p, c.x, c.memory, cache);
  for (int i = 0; i < 12; ++i)
    CHECK(y[i] == c.p[c.layer.output.bias + i]);
  check_forward(c, Precision::f32, 1e-4);
  const Gradients g = gradients(c, Precision::f32);
  // Rows that no query saw.
  CHECK(rows(g.memory, 0, 4, 7) == Values(area(4, 7)));
  CHECK(rows(g.x, 0, 2, 12) == Values(area(2, 12)));

  TensorTable table;
  CHECK_THROWS_AS(Attention(table, "uneven", 12, 12, 5, Mask::none), Error);
  Values out(c.x.size());
  const Attention causal(table, "causal", 12, 12, 3, Mask::causal);
  CHECK_THROWS_AS(causal.forward(c.p.data(), c.x.data(), {2}, c.x.data(), {3}, Precision::f32,
                                 out.data(), cache),
                  Error);
  CHECK_THROWS_AS(c.layer.forward(c.p.data(), c.x.data(), {2}, c.memory.data(), {1, 1},
                                  Precision::f32, out.data(), cache),
                  Error);
}

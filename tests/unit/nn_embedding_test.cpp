#include <doctest/doctest.h>

#include "base/error.hpp"
#include "nn/embedding.hpp"
#include "nn/shape.hpp"
#include "nn_gradient.hpp"

using namespace pairalign;
using namespace pairalign::nn;
using test::check_gradient;
using test::dot;
using test::random_values;
using Values = std::vector<float>;

TEST_CASE("embedding: rows of the table, their gradient, and symbols outside it") {
  Random random(1);
  TensorTable table;
  const Embedding layer(table, "embedding", 5, 3);
  const Values p = table.initialise(random);
  const std::vector<int> ids = {4, 0, 4, 2};
  const Values dy = random_values(area(4, 3), random);
  const auto forward = [&](const Values& params) {
    Values y(dy.size());
    layer.forward(params.data(), ids, y.data());
    return y;
  };
  const Values y = forward(p);
  for (int r = 0; r < 4; ++r) {
    for (int c = 0; c < 3; ++c)
      CHECK(y[area(r, 3) + c] == p[layer.weight + area(ids[r], 3) + c]);
  }
  Values g(table.size());
  layer.backward(ids, dy.data(), g.data());
  CHECK(g[layer.weight + area(4, 3)] == dy[0] + dy[area(2, 3)]);
  CHECK(g[layer.weight + area(1, 3)] == 0);
  check_gradient(
      p, g, [&](const Values& v) { return dot(forward(v), dy); }, random);
  Values out(3);
  CHECK_THROWS_AS(layer.forward(p.data(), {5}, out.data()), Error);
  CHECK_THROWS_AS(layer.forward(p.data(), {-1}, out.data()), Error);
}

#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "nn/functions.hpp"
#include "nn/window_attention.hpp"
#include "nn_gradient.hpp"

using namespace pairalign;
using namespace pairalign::nn;
using test::check_gradient;
using test::dot;
using test::random_values;
using Values = std::vector<float>;

namespace {

// Rows wider than the heads need, as where queries, keys and values share a matrix.
constexpr int kQueryStride = 147, kKeyStride = 149, kValueStride = 146, kContextStride = 145;
constexpr int kKeys = 9;

// Two heads, wider than the block that the sums are made in; windows that are full, overlapping,
// cut on either side, empty, and of one key.
struct Fixture {
  WindowShape shape{2, 70, 5};
  std::vector<KeyWindow> windows = {{0, 5, 0}, {2, 5, 0}, {0, 2, 3}, {7, 2, 0},
                                    {4, 0, 5}, {3, 1, 2}, {9, 0, 0}};
  Random random{1};
  Values queries = random_values(area(7, kQueryStride), random);
  Values keys = random_values(area(kKeys, kKeyStride), random);
  Values values = random_values(area(kKeys, kValueStride), random);
  Values bias = random_values(area(2, 5), random);
  Values weights = weights_of(queries, keys, bias);

  std::size_t weight_count() const { return windows.size() * area(shape.heads, shape.span); }

  Values weights_of(const Values& q, const Values& k, const Values& b) const {
    Values w(weight_count(), NAN);
    window_weights_forward(shape, windows, {q.data(), kQueryStride}, {k.data(), kKeyStride},
                           b.data(), w.data());
    return w;
  }

  Values contexts_of(const Values& w, const Values& v) const {
    Values c(area(7, kContextStride));
    window_mix_forward(shape, windows, w.data(), {v.data(), kValueStride},
                       {c.data(), kContextStride});
    return c;
  }

  // By the formula, place by place of the row of weights.
  std::vector<double> expected_weights(const KeyWindow& window, int query, int head) const {
    std::vector<double> row(static_cast<std::size_t>(shape.span));
    double total = 0;
    for (int place = 0; place < shape.span; ++place) {
      const int j = place - window.offset;
      if (j < 0 || j >= window.count) continue;
      double score = 0;
      for (int c = head * shape.depth; c < (head + 1) * shape.depth; ++c) {
        score += double{queries[area(query, kQueryStride) + c]} *
                 keys[area(window.first + j, kKeyStride) + c];
      }
      total += row[place] =
          std::exp(score / std::sqrt(shape.depth) + bias[area(head, shape.span) + place]);
    }
    for (double& w : row)
      w = total > 0 ? w / total : 0;
    return row;
  }
};

bool all_finite(const Values& values) {
  return std::all_of(values.begin(), values.end(), [](float x) { return std::isfinite(x); });
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "weights and contexts follow the formula") {
  const Values contexts = contexts_of(weights, values);
  for (int i = 0; i < 7; ++i) {
    for (int h = 0; h < shape.heads; ++h) {
      const std::vector<double> expected = expected_weights(windows[i], i, h);
      for (int place = 0; place < shape.span; ++place) {
        REQUIRE(weights[area(i * shape.heads + h, shape.span) + place] ==
                doctest::Approx(expected[place]).epsilon(1e-5));
      }
      for (int c = h * shape.depth; c < (h + 1) * shape.depth; ++c) {
        double context = 0;
        for (int j = 0; j < windows[i].count; ++j) {
          context += expected[windows[i].offset + j] *
                     values[area(windows[i].first + j, kValueStride) + c];
        }
        REQUIRE(contexts[area(i, kContextStride) + c] == doctest::Approx(context).epsilon(1e-5));
      }
    }
  }
}

TEST_CASE_FIXTURE(Fixture, "weights of a window sum to one, of an empty one to zero") {
  for (int row = 0; row < 14; ++row) {
    float sum = 0;
    for (int place = 0; place < shape.span; ++place)
      sum += weights[area(row, shape.span) + place];
    CHECK(sum == doctest::Approx(windows[row / 2].count > 0 ? 1 : 0));
  }
}

TEST_CASE_FIXTURE(Fixture, "gradient of the weights: queries, keys, bias") {
  const Values up = random_values(weight_count(), random);
  Values dweights = up, dqueries(queries.size()), dkeys(keys.size()), dbias(bias.size());
  window_weights_backward(shape, windows, {queries.data(), kQueryStride}, {keys.data(), kKeyStride},
                          weights.data(), dweights.data(), {dqueries.data(), kQueryStride},
                          {dkeys.data(), kKeyStride}, dbias.data());
  check_gradient(
      queries, dqueries, [&](const Values& q) { return dot(weights_of(q, keys, bias), up); },
      random);
  check_gradient(
      keys, dkeys, [&](const Values& k) { return dot(weights_of(queries, k, bias), up); }, random);
  check_gradient(
      bias, dbias, [&](const Values& b) { return dot(weights_of(queries, keys, b), up); }, random);
}

TEST_CASE_FIXTURE(Fixture, "gradient of the contexts: weights, values") {
  const Values up = random_values(area(7, kContextStride), random);
  Values dweights(weight_count()), dvalues(values.size());
  window_mix_backward(shape, windows, weights.data(), {values.data(), kValueStride},
                      {up.data(), kContextStride}, dweights.data(), {dvalues.data(), kValueStride});
  check_gradient(
      weights, dweights, [&](const Values& w) { return dot(contexts_of(w, values), up); }, random);
  check_gradient(
      values, dvalues, [&](const Values& v) { return dot(contexts_of(weights, v), up); }, random);
}

TEST_CASE_FIXTURE(Fixture, "backward adds to what is shared and writes what is a query's own") {
  const Values up = random_values(weight_count(), random);
  const auto run = [&](float start, Values& dqueries, Values& dkeys, Values& dbias) {
    Values dweights = up;
    dqueries.assign(queries.size(), NAN);
    dkeys.assign(keys.size(), start);
    dbias.assign(bias.size(), start);
    window_weights_backward(
        shape, windows, {queries.data(), kQueryStride}, {keys.data(), kKeyStride}, weights.data(),
        dweights.data(), {dqueries.data(), kQueryStride}, {dkeys.data(), kKeyStride}, dbias.data());
  };
  Values dq0, dk0, db0, dq1, dk1, db1;
  run(0, dq0, dk0, db0);
  run(1, dq1, dk1, db1);
  for (std::size_t i = 0; i < dk0.size(); ++i)
    CHECK(dk1[i] == doctest::Approx(dk0[i] + 1).epsilon(1e-5));
  for (std::size_t i = 0; i < db0.size(); ++i)
    CHECK(db1[i] == doctest::Approx(db0[i] + 1).epsilon(1e-5));
  for (int i = 0; i < 7; ++i) {
    const auto row = dq0.begin() + static_cast<std::ptrdiff_t>(area(i, kQueryStride));
    CHECK(all_finite(Values(row, row + shape.heads * shape.depth)));
    CHECK(std::isnan(row[shape.heads * shape.depth]));
  }

  const Values dcontexts = random_values(area(7, kContextStride), random);
  Values dweights0(weight_count()), dweights1(weight_count(), 1);
  Values dvalues0(values.size()), dvalues1(values.size(), 1);
  window_mix_backward(shape, windows, weights.data(), {values.data(), kValueStride},
                      {dcontexts.data(), kContextStride}, dweights0.data(),
                      {dvalues0.data(), kValueStride});
  window_mix_backward(shape, windows, weights.data(), {values.data(), kValueStride},
                      {dcontexts.data(), kContextStride}, dweights1.data(),
                      {dvalues1.data(), kValueStride});
  for (std::size_t i = 0; i < dweights0.size(); ++i)
    CHECK(dweights1[i] == doctest::Approx(dweights0[i] + 1).epsilon(1e-5));
  for (std::size_t i = 0; i < dvalues0.size(); ++i)
    CHECK(dvalues1[i] == doctest::Approx(dvalues0[i] + 1).epsilon(1e-5));
}

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "nn/fast_math.hpp"
#include "nn/functions.hpp"
#include "nn/layers.hpp"
#include "nn_gradient.hpp"

using namespace pairalign;
using namespace pairalign::nn;
using test::check_gradient;
using test::dot;
using test::random_values;
using Values = std::vector<float>;

namespace {

using Storage = std::unique_ptr<void, decltype(&std::free)>;

Storage pack(PackedMatrix& matrix, const Values& x) {
  constexpr std::size_t kAlignment = PackedMatrix::kAlignment;
  const std::size_t bytes = (matrix.bytes() + kAlignment - 1) / kAlignment * kAlignment;
  Storage storage(std::aligned_alloc(kAlignment, bytes), &std::free);
  matrix.pack(x.data(), storage.get());
  return storage;
}

// Checks the gradients of loss(params, input) with respect to both.
template <class Loss>
void check_both_gradients(const Values& params, const Values& params_gradient, const Values& input,
                          const Values& input_gradient, Loss loss, Random& random) {
  check_gradient(
      input, input_gradient, [&](const Values& v) { return loss(params, v); }, random);
  check_gradient(
      params, params_gradient, [&](const Values& v) { return loss(v, input); }, random);
}

}  // namespace

TEST_CASE("fast_exp follows std::exp, clamps, and keeps NaN") {
  for (double x = -86; x < 88; x += 0.0173) {
    const float f = static_cast<float>(x);
    REQUIRE(fast_exp(f) == doctest::Approx(std::exp(static_cast<double>(f))).epsilon(1e-6));
  }
  CHECK(fast_exp(-1e9F) < 1.7e-38F);
  CHECK(std::isfinite(fast_exp(1e9F)));
  CHECK(std::isnan(fast_exp(std::nanf(""))));
}

TEST_CASE("bf16 rounds to nearest even and keeps NaN and infinity") {
  const Values x = {1.0F, 1.00390625F, 1.01171875F, -2.5F, INFINITY, NAN};
  std::vector<std::uint16_t> y(x.size());
  to_bf16(x.data(), x.size(), y.data());
  CHECK(y[0] == 0x3f80);
  CHECK(y[1] == 0x3f80);  // halfway between 3f80 and 3f81: to even
  CHECK(y[2] == 0x3f82);  // halfway between 3f81 and 3f82: to even
  CHECK(y[3] == 0xc020);
  CHECK(y[4] == 0x7f80);
  CHECK((y[5] & 0x7fff) > 0x7f80);
}

TEST_CASE("matmul equals scalar loops for every transposition, tail and precision") {
  Random random(1);
  for (const Precision precision : {Precision::f32, fastest_precision()}) {
    for (const int rows : {1, 7, 16, 61, 1040}) {
      const int inner = 24, cols = 19;
      const Values a = random_values(area(rows, inner), random);
      const Values b = random_values(area(inner, cols), random);
      const Values d = random_values(area(rows, cols), random);
      Operand oa, ob, od;
      oa.assign(a.data(), rows, inner, precision);
      ob.assign(b.data(), inner, cols, precision);
      od.assign(d.data(), rows, cols, precision);
      Values c(area(rows, cols)), da(area(rows, inner)), db(area(inner, cols), 0.5F);
      matmul(oa, Transpose::no, ob, Transpose::no, c.data());
      matmul(od, Transpose::no, ob, Transpose::yes, da.data());
      matmul(oa, Transpose::yes, od, Transpose::no, db.data(), true);
      const double relative = precision == Precision::f32 ? 1e-5 : 1e-2;
      const auto close = [&](float got, double expected, int terms) {
        REQUIRE(std::abs(got - expected) < relative * 4 * std::sqrt(terms));
      };
      for (int r = 0; r < rows; ++r) {
        for (int j = 0; j < cols; ++j) {
          double sum = 0;
          for (int k = 0; k < inner; ++k)
            sum += double{a[area(r, inner) + k]} * b[area(k, cols) + j];
          close(c[area(r, cols) + j], sum, inner);
        }
        for (int k = 0; k < inner; ++k) {
          double sum = 0;
          for (int j = 0; j < cols; ++j)
            sum += double{d[area(r, cols) + j]} * b[area(k, cols) + j];
          close(da[area(r, inner) + k], sum, cols);
        }
      }
      for (int k = 0; k < inner; ++k) {
        for (int j = 0; j < cols; ++j) {
          double sum = 0.5;
          for (int r = 0; r < rows; ++r)
            sum += double{a[area(r, inner) + k]} * d[area(r, cols) + j];
          close(db[area(k, cols) + j], sum, rows);
        }
      }
    }
  }
}

TEST_CASE("a packed matrix multiplies as the same matrix unpacked, row by row") {
  Random random(1);
  for (const Precision precision : {Precision::f32, fastest_precision()}) {
    for (const int cols : {1, 19, 64, 513}) {
      const int inner = 40, most_rows = 1040;
      const Values a = random_values(area(most_rows, inner), random);
      const Values b = random_values(area(inner, cols), random);
      PackedMatrix packed(inner, cols, precision);
      const Storage storage = pack(packed, b);
      Operand oa, ob;
      ob.assign(b.data(), inner, cols, precision);
      Values all(area(most_rows, cols));
      oa.assign(a.data(), most_rows, inner, precision);
      matmul(oa, packed, all.data());
      for (const int rows : {1, 7, 16, 61}) {
        Values expected(area(rows, cols)), part(area(rows, cols));
        oa.assign(a.data(), rows, inner, precision);
        matmul(oa, Transpose::no, ob, Transpose::no, expected.data());
        matmul(oa, packed, part.data());
        for (std::size_t i = 0; i < part.size(); ++i) {
          REQUIRE(part[i] == doctest::Approx(expected[i]).epsilon(1e-4));
          // Strings must not depend on how many rows happen to be multiplied together.
          REQUIRE(part[i] == all[i]);
        }
      }
    }
  }
  const Values b(6, 1.0F);
  PackedMatrix packed(2, 3, Precision::f32);
  const Storage storage = pack(packed, b);
  Operand a;
  a.assign(b.data(), 2, 3, Precision::f32);
  Values c(9);
  CHECK_THROWS_AS(matmul(a, packed, c.data()), Error);
}

TEST_CASE("a row of a product does not depend on the rows beside it") {
  // Strings must not depend on what happens to be multiplied together.
  constexpr int kMaxRows = 1040, kInner = 512, kCols = 72;
  Random random(2);
  const Values a = random_values(area(kMaxRows, kInner), random);
  const Values b = random_values(area(kInner, kCols), random);
  for (const Precision precision : {Precision::f32, fastest_precision()}) {
    for (const Transpose transpose : {Transpose::no, Transpose::yes}) {
      Operand oa, ob;
      ob.assign(b.data(), transpose == Transpose::yes ? kCols : kInner,
                transpose == Transpose::yes ? kInner : kCols, precision);
      Values all(area(kMaxRows, kCols)), part(all);
      oa.assign(a.data(), kMaxRows, kInner, precision);
      matmul(oa, Transpose::no, ob, transpose, all.data());
      for (const int rows : {1, 2, 5, 15, 16, 40, 100}) {
        const int first = kMaxRows - rows;
        oa.assign(a.data() + area(first, kInner), rows, kInner, precision);
        matmul(oa, Transpose::no, ob, transpose, part.data());
        REQUIRE(std::equal(all.begin() + static_cast<std::ptrdiff_t>(area(first, kCols)), all.end(),
                           part.begin()));
      }
    }
  }
}

TEST_CASE("nor does it with packed matrices, at every shape of the shipped model") {
  // Walks side by side make products of 1 to 16 rows, recordings of any length the others.
  struct Matrix {
    int rows, cols;
  };
  constexpr int kMaxRows = 1040;
  Random random(3);
  for (const Matrix& shape :
       {Matrix{400, 256}, Matrix{256, 1}, Matrix{256, 64}, Matrix{256, 256}, Matrix{256, 512},
        Matrix{256, 513}, Matrix{256, 768}, Matrix{256, 1216}, Matrix{512, 256}}) {
    const Values a = random_values(area(kMaxRows, shape.rows), random);
    const Values b = random_values(area(shape.rows, shape.cols), random);
    for (const Precision precision : {Precision::f32, fastest_precision()}) {
      CAPTURE(shape.rows);
      CAPTURE(shape.cols);
      PackedMatrix packed(shape.rows, shape.cols, precision);
      const Storage storage = pack(packed, b);
      Values all(area(kMaxRows, shape.cols)), part(all);
      Operand left;
      left.assign(a.data(), kMaxRows, shape.rows, precision);
      matmul(left, packed, all.data());
      for (const int rows : {1, 2, 3, 4, 5, 7, 8, 11, 13, 15, 16, 17, 40, 100, 512, 1023}) {
        CAPTURE(rows);
        for (const int first : {0, 3, kMaxRows - rows}) {
          if (first + rows > kMaxRows) continue;
          left.assign(a.data() + area(first, shape.rows), rows, shape.rows, precision);
          matmul(left, packed, part.data());
          REQUIRE(std::equal(part.begin(),
                             part.begin() + static_cast<std::ptrdiff_t>(area(rows, shape.cols)),
                             all.begin() + static_cast<std::ptrdiff_t>(area(first, shape.cols))));
        }
      }
    }
  }
}

TEST_CASE("a precision by its name") {
  CHECK(parse_precision("f32") == Precision::f32);
  CHECK(parse_precision("auto") == fastest_precision());
  CHECK_THROWS_WITH_AS(parse_precision("f16"), doctest::Contains("f32, bf16"), Error);
}

TEST_CASE("linear: gradients of input and parameters") {
  Random random(2);
  const int rows = 9, in = 7, out = 5;
  TensorTable table;
  const Linear layer(table, "linear", in, out);
  const Values p = table.initialise(random);
  const Values x = random_values(area(rows, in), random),
               dy = random_values(area(rows, out), random);
  const auto loss = [&](const Values& params, const Values& input) {
    Linear::Cache cache;
    Values y;
    layer.forward({params.data(), Precision::f32}, input, y, cache);
    return dot(y, dy);
  };
  Linear::Cache cache;
  Values y, g(table.size()), dx;
  layer.forward({p.data(), Precision::f32}, x, y, cache);
  layer.backward(p.data(), dy, g.data(), dx, cache);
  check_both_gradients(p, g, x, dx, loss, random);
}

TEST_CASE("feed-forward: gradients of input and parameters") {
  Random random(8);
  const int rows = 6, width = 7;
  TensorTable table;
  const FeedForward layer(table, "feed", ".norm", width, 10, 1);
  Values p = table.initialise(random);
  for (float& value : p)
    value += 0.3F * static_cast<float>(random.normal());
  const Values x = random_values(area(rows, width), random);
  const Values dy = random_values(x.size(), random);
  const auto forward = [&](const Values& params, const Values& input, FeedForward::Cache& cache) {
    Values y;
    layer.forward({params.data(), Precision::f32}, input, y, cache);
    return y;
  };
  FeedForward::Cache cache, scratch;
  CHECK(forward(p, x, cache).size() == x.size());
  Values g(table.size()), dx;
  layer.backward(p.data(), dy, g.data(), dx, cache);
  check_both_gradients(
      p, g, x, dx,
      [&](const Values& params, const Values& input) {
        return dot(forward(params, input, scratch), dy);
      },
      random);
}

TEST_CASE("conv1d: scalar loop and gradient, packed sequences, fill outside") {
  Random random(3);
  const int in = 3, out = 4, kernel = 5, stride = 2;
  const std::vector<int> lengths = {7, 1, 4};
  const float fill = -0.7F;
  TensorTable table;
  const Conv1d layer(table, "conv", in, out, kernel, stride);
  const Values p = table.initialise(random);
  const Values x = random_values(area(12, in), random);
  const int rows = 4 + 1 + 2;
  const Values dy = random_values(area(rows, out), random);
  const auto forward = [&](const Values& params, const Values& input, Conv1d::Cache& cache) {
    Values y;
    layer.forward({params.data(), Precision::f32}, input.data(), lengths, fill, y, cache);
    return y;
  };
  Conv1d::Cache cache;
  const Values y = forward(p, x, cache);
  int row = 0, start = 0;
  for (const int length : lengths) {
    for (int t = 0; t < (length + 1) / 2; ++t, ++row) {
      for (int o = 0; o < out; ++o) {
        double sum = p[layer.linear.bias + o];
        for (int k = 0; k < kernel; ++k) {
          const int frame = 2 * t + k - 2;
          for (int i = 0; i < in; ++i) {
            const double v = frame < 0 || frame >= length ? fill : x[area(start + frame, in) + i];
            sum += v * p[layer.linear.weight + area(k * in + i, out) + o];
          }
        }
        REQUIRE(y[area(row, out) + o] == doctest::Approx(sum).epsilon(1e-5));
      }
    }
    start += length;
  }
  Values g(table.size());
  layer.backward(dy, g.data(), cache);
  Conv1d::Cache scratch;
  check_gradient(
      p, g, [&](const Values& v) { return dot(forward(v, x, scratch), dy); }, random);
}

TEST_CASE("depthwise convolution: scalar loop and gradients, sequences do not see each other") {
  Random random(4);
  const int channels = 6, kernel = 5;
  const std::vector<int> lengths = {3, 8, 1};
  TensorTable table;
  const DepthwiseConv1d layer(table, "dw", channels, kernel);
  Values p = table.initialise(random);
  const Values x = random_values(area(12, channels), random);
  const Values dy = random_values(area(12, channels), random);
  const auto forward = [&](const Values& params, const Values& input) {
    Values y;
    layer.forward(params.data(), input, lengths, y);
    return y;
  };
  const Values y = forward(p, x);
  int start = 0;
  for (const int length : lengths) {
    for (int t = 0; t < length; ++t) {
      for (int c = 0; c < channels; ++c) {
        double sum = p[layer.bias + c];
        for (int k = 0; k < kernel; ++k) {
          const int s = t + k - kernel / 2;
          if (s >= 0 && s < length) {
            sum +=
                double{x[area(start + s, channels) + c]} * p[layer.weight + area(k, channels) + c];
          }
        }
        REQUIRE(y[area(start + t, channels) + c] == doctest::Approx(sum).epsilon(1e-4));
      }
    }
    start += length;
  }
  Values g(table.size()), dx;
  layer.backward(p.data(), x, dy, lengths, g.data(), dx);
  check_both_gradients(
      p, g, x, dx,
      [&](const Values& params, const Values& input) { return dot(forward(params, input), dy); },
      random);
}

TEST_CASE("layer norm: rows have mean beta and deviation gamma, and gradients") {
  Random random(5);
  const int rows = 6, width = 11;
  TensorTable table;
  const LayerNorm layer(table, "norm", width);
  Values p = table.initialise(random);
  for (float& value : p)
    value += 0.3F * static_cast<float>(random.normal());
  const Values x = random_values(area(rows, width), random, 3);
  const Values dy = random_values(area(rows, width), random);
  const auto forward = [&](const Values& params, const Values& input, LayerNorm::Cache& cache) {
    Values y;
    layer.forward(params.data(), input, y, cache);
    return y;
  };
  LayerNorm::Cache cache, scratch;
  const Values y = forward(p, x, cache);
  for (int r = 0; r < rows; ++r) {
    double mean = 0, square = 0;
    for (int c = 0; c < width; ++c) {
      const double hat = (y[area(r, width) + c] - p[layer.beta + c]) / p[layer.gamma + c];
      mean += hat / width;
      square += hat * hat / width;
    }
    CHECK(std::abs(mean) < 1e-5);
    CHECK(square == doctest::Approx(1).epsilon(1e-3));
  }
  Values g(table.size()), dx;
  layer.backward(p.data(), dy, g.data(), dx, cache);
  check_both_gradients(
      p, g, x, dx,
      [&](const Values& params, const Values& input) {
        return dot(forward(params, input, scratch), dy);
      },
      random);
}

TEST_CASE("embedding: rows of the table, their gradient, and symbols outside it") {
  Random random(1);
  TensorTable table;
  const Embedding layer(table, "embedding", 5, 3);
  const Values p = table.initialise(random);
  const std::vector<int> ids = {4, 0, 4, 2};
  const Values dy = random_values(area(4, 3), random);
  const auto forward = [&](const Values& params) {
    Values y;
    layer.forward(params.data(), ids, y);
    return y;
  };
  const Values y = forward(p);
  for (int r = 0; r < 4; ++r) {
    for (int c = 0; c < 3; ++c)
      CHECK(y[area(r, 3) + c] == p[layer.weight + area(ids[r], 3) + c]);
  }
  Values g(table.size());
  layer.backward(ids, dy, g.data());
  CHECK(g[layer.weight + area(4, 3)] == dy[0] + dy[area(2, 3)]);
  CHECK(g[layer.weight + area(1, 3)] == 0);
  check_gradient(
      p, g, [&](const Values& v) { return dot(forward(v), dy); }, random);
  Values out;
  CHECK_THROWS_AS(layer.forward(p.data(), {5}, out), Error);
  CHECK_THROWS_AS(layer.forward(p.data(), {-1}, out), Error);
}

TEST_CASE("gelu, softmax and l2 norm: values and gradients") {
  Random random(6);
  const int rows = 5, cols = 13;
  const Values x = random_values(area(rows, cols), random);
  const Values dy = random_values(x.size(), random);
  Values y(x.size()), dx(x.size()), norms(rows);

  gelu_forward(x.data(), x.size(), y.data());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double v = x[i], u = std::sqrt(2 / M_PI) * (v + 0.044715 * v * v * v);
    REQUIRE(y[i] == doctest::Approx(0.5 * v * (1 + std::tanh(u))).epsilon(1e-4));
  }
  gelu_backward(x.data(), dy.data(), x.size(), dx.data());
  check_gradient(
      x, dx,
      [&](const Values& v) {
        Values out(v.size());
        gelu_forward(v.data(), v.size(), out.data());
        return dot(out, dy);
      },
      random);

  softmax_forward(x.data(), rows, cols, y.data());
  for (int r = 0; r < rows; ++r) {
    double sum = 0;
    for (int c = 0; c < cols; ++c)
      sum += y[area(r, cols) + c];
    CHECK(sum == doctest::Approx(1));
    CHECK(std::log(y[area(r, cols)] / y[area(r, cols) + 1]) ==
          doctest::Approx(x[area(r, cols)] - x[area(r, cols) + 1]).epsilon(1e-4));
  }
  softmax_backward(y.data(), dy.data(), rows, cols, dx.data());
  check_gradient(
      x, dx,
      [&](const Values& v) {
        Values out(v.size());
        softmax_forward(v.data(), rows, cols, out.data());
        return dot(out, dy);
      },
      random);

  l2_normalize_forward(x.data(), rows, cols, y.data(), norms.data());
  CHECK(dot(y, y) == doctest::Approx(rows));
  l2_normalize_backward(y.data(), norms.data(), dy.data(), rows, cols, dx.data());
  check_gradient(
      x, dx,
      [&](const Values& v) {
        Values out(v.size()), n(rows);
        l2_normalize_forward(v.data(), rows, cols, out.data(), n.data());
        return dot(out, dy);
      },
      random);
}

TEST_CASE("cross-entropy: value, gradient and row weights") {
  Random random(7);
  const int rows = 4, cols = 9;
  const Values x = random_values(area(rows, cols), random);
  Values t(x.size()), dx(x.size());
  const Values raw = random_values(x.size(), random);
  softmax_forward(raw.data(), rows, cols, t.data());
  const Values weights = {1, 0.25F, 0, 2};
  const auto loss = [&](const Values& v) {
    Values d(v.size());
    return cross_entropy(v.data(), t.data(), weights.data(), rows, cols, d.data());
  };
  double expected = 0;
  for (int r = 0; r < rows; ++r) {
    double sum = 0;
    for (int c = 0; c < cols; ++c)
      sum += std::exp(double{x[area(r, cols) + c]});
    for (int c = 0; c < cols; ++c) {
      expected -=
          double{weights[r]} * t[area(r, cols) + c] * (x[area(r, cols) + c] - std::log(sum));
    }
  }
  CHECK(loss(x) == doctest::Approx(expected).epsilon(1e-5));
  cross_entropy(x.data(), t.data(), weights.data(), rows, cols, dx.data());
  check_gradient(x, dx, loss, random);
}

// Attention by its definition, in scalar loops, and the batches it is tried on.
#pragma once

#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "nn/attention.hpp"
#include "nn/shape.hpp"
#include "nn_gradient.hpp"

namespace pairalign::test {

using nn::area;

using nn::Attention;
using nn::Linear;
using nn::Mask;
using nn::Precision;
using nn::TensorTable;
using Values = std::vector<float>;
using Doubles = std::vector<double>;
using Lengths = std::vector<int>;

inline int sum(const Lengths& lengths) {
  return std::accumulate(lengths.begin(), lengths.end(), 0);
}

// A layer, its parameters and a batch, with lengths on both sides of the padding to 16.
struct AttentionCase {
  TensorTable table;
  Attention layer;
  Values p, x, memory, dy;
  Lengths queries, keys;

  AttentionCase(Mask mask, int memory_width, Lengths query_lengths, Lengths memory_lengths,
                Random& random)
      : layer(table, "attention", 12, memory_width, 3, mask),
        p(table.initialise(random)),
        queries(std::move(query_lengths)),
        keys(std::move(memory_lengths)) {
    for (float& value : p)
      value += 0.2F * static_cast<float>(random.normal());
    x = random_values(area(sum(queries), 12), random, 2);
    memory = random_values(area(sum(keys), memory_width), random);
    dy = random_values(x.size(), random);
  }

  Values forward(const Values& params, const Values& input, const Values& source,
                 Attention::Cache& cache, Precision precision = Precision::f32) const {
    Values y(input.size());
    layer.forward(params.data(), input.data(), queries, source.data(), keys, precision, y.data(),
                  cache);
    return y;
  }
};

inline AttentionCase cross_case(Random& random) {
  return {Mask::none, 7, {5, 1, 19}, {3, 33, 16}, random};
}

inline AttentionCase self_case(Random& random) {
  AttentionCase c(Mask::causal, 12, {6, 1, 18}, {6, 1, 18}, random);
  c.memory = c.x;
  return c;
}

inline Doubles affine(const Linear& linear, const Values& p, const Doubles& row) {
  Doubles y(static_cast<std::size_t>(linear.out));
  for (int o = 0; o < linear.out; ++o) {
    y[o] = p[linear.bias + o];
    for (int i = 0; i < linear.in; ++i)
      y[o] += row[i] * p[linear.weight + area(i, linear.out) + o];
  }
  return y;
}

inline Doubles row_of(const Values& x, int row, int cols) {
  return Doubles(x.begin() + area(row, cols), x.begin() + area(row + 1, cols));
}

// In double. `visit(sequence, head, query, weights)` sees each row of the attention weights.
template <class Visit>
Doubles attention_oracle(const AttentionCase& c, const Visit& visit) {
  const Attention& layer = c.layer;
  const int d = layer.width / layer.heads;
  Doubles y;
  int first_query = 0, first_key = 0;
  for (std::size_t s = 0; s < c.queries.size(); ++s) {
    for (int t = 0; t < c.queries[s]; ++t) {
      const Doubles q = affine(layer.query, c.p, row_of(c.x, first_query + t, layer.width));
      const int visible = layer.mask == Mask::causal ? t + 1 : c.keys[s];
      Doubles context(static_cast<std::size_t>(layer.width));
      for (int h = 0; h < layer.heads; ++h) {
        Doubles weights(static_cast<std::size_t>(c.keys[s]));
        double total = 0;
        for (int m = 0; m < visible; ++m) {
          const Doubles source = row_of(c.memory, first_key + m, layer.memory_width);
          const Doubles k = affine(layer.key, c.p, source);
          double score = 0;
          for (int i = h * d; i < (h + 1) * d; ++i)
            score += q[i] * k[i];
          total += weights[m] = std::exp(score / std::sqrt(d));
        }
        for (int m = 0; m < visible; ++m) {
          weights[m] /= total;
          const Doubles source = row_of(c.memory, first_key + m, layer.memory_width);
          const Doubles v = affine(layer.value, c.p, source);
          for (int i = h * d; i < (h + 1) * d; ++i)
            context[i] += weights[m] * v[i];
        }
        visit(static_cast<int>(s), h, t, weights);
      }
      const Doubles row = affine(layer.output, c.p, context);
      y.insert(y.end(), row.begin(), row.end());
    }
    first_query += c.queries[s];
    first_key += c.keys[s];
  }
  return y;
}

}  // namespace pairalign::test

#include "nn/attention.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.hpp"
#include "base/multiversion.hpp"
#include "nn/activation.hpp"
#include "nn/shape.hpp"

namespace pairalign::nn {
namespace {

using Values = std::vector<float>;
using Lengths = std::vector<int>;

// Rows of the panel of a sequence: a multiple of 16, and not 0, so that no product is empty.
int padded(int length) {
  return std::max(1, (length + 15) / 16) * 16;
}

int sum(const Lengths& lengths) {
  return std::accumulate(lengths.begin(), lengths.end(), 0);
}

// scale · x (Σ lengths, heads · d) → panels (padded length, d) of each sequence and head.
PAIRALIGN_MULTIVERSION
void split_heads(const float* x, const Lengths& lengths, int heads, int d, float scale,
                 float* panel) {
  const std::ptrdiff_t width = static_cast<std::ptrdiff_t>(heads) * d;
  for (const int length : lengths) {
    for (int h = 0; h < heads; ++h) {
      for (int t = 0; t < length; ++t, panel += d) {
        for (int c = 0; c < d; ++c)
          panel[c] = scale * x[t * width + h * d + c];
      }
      panel = std::fill_n(panel, area(padded(length) - length, d), 0.0F);
    }
    x += length * width;
  }
}

// The reverse: scale · panels → x; rows of padding are dropped.
PAIRALIGN_MULTIVERSION
void merge_heads(const float* panel, const Lengths& lengths, int heads, int d, float scale,
                 float* x) {
  const std::ptrdiff_t width = static_cast<std::ptrdiff_t>(heads) * d;
  for (const int length : lengths) {
    for (int h = 0; h < heads; ++h, panel += area(padded(length), d)) {
      for (int t = 0; t < length; ++t) {
        const float* row = panel + static_cast<std::ptrdiff_t>(t) * d;
        for (int c = 0; c < d; ++c)
          x[t * width + h * d + c] = scale * row[c];
      }
    }
    x += length * width;
  }
}

// Memory rows that query t sees: always the first ones. Padding sees none.
int visible_rows(const Attention::Head& head, Mask mask, int t) {
  if (t >= head.queries) return 0;
  return mask == Mask::causal ? t + 1 : head.memory;
}

// Scores become weights: a softmax over what each query sees, zero elsewhere.
void masked_softmax_forward(const Attention::Head& head, Mask mask, float* weights) {
  for (int t = 0; t < head.query_rows; ++t, weights += head.memory_rows) {
    const int visible = visible_rows(head, mask, t);
    if (visible > 0) softmax_forward(weights, 1, visible, weights);
    std::fill(weights + visible, weights + head.memory_rows, 0.0F);
  }
}

void masked_softmax_backward(const Attention::Head& head, Mask mask, const float* weights,
                             float* dweights) {
  for (int t = 0; t < head.query_rows; ++t) {
    const int visible = visible_rows(head, mask, t);
    softmax_backward(weights, dweights, 1, visible, dweights);
    std::fill(dweights + visible, dweights + head.memory_rows, 0.0F);
    weights += head.memory_rows;
    dweights += head.memory_rows;
  }
}

}  // namespace

const float* Attention::Cache::head_weights(int sequence, int head) const {
  const std::size_t per_sequence = heads.size() / query_lengths.size();
  const std::size_t at = static_cast<std::size_t>(sequence) * per_sequence;
  return weights.data() + heads[at + static_cast<std::size_t>(head)].weights_at;
}

int Attention::Cache::weight_stride(int sequence) const {
  return padded(memory_lengths[static_cast<std::size_t>(sequence)]);
}

Attention::Attention(TensorTable& table, const std::string& name, int width_, int memory_width_,
                     int heads_, Mask mask_, float gain)
    : width(width_), memory_width(memory_width_), heads(heads_), mask(mask_) {
  if (heads <= 0 || width % heads != 0) {
    throw Error(name, "a width of " + std::to_string(width) + " does not divide into " +
                          std::to_string(heads) + " heads");
  }
  query = {table, name + ".query", width, width};
  key = {table, name + ".key", memory_width, width};
  value = {table, name + ".value", memory_width, width};
  output = {table, name + ".output", width, width, gain};
}

void Attention::forward(const float* p, const float* x, const Lengths& query_lengths,
                        const float* memory, const Lengths& memory_lengths, Precision precision,
                        float* y, Cache& cache) const {
  if (query_lengths.size() != memory_lengths.size() ||
      (mask == Mask::causal && query_lengths != memory_lengths)) {
    throw Error("attention", "queries and memory do not fit");
  }
  cache.query_lengths = query_lengths;
  cache.memory_lengths = memory_lengths;
  lay_out(cache);
  const int d = width / heads, queries = sum(query_lengths), keys = sum(memory_lengths);
  const float scale = 1.0F / std::sqrt(static_cast<float>(d));
  cache.rows.resize(area(std::max(queries, keys), width));
  query.forward(p, x, queries, precision, cache.rows.data(), cache.query);
  split_heads(cache.rows.data(), query_lengths, heads, d, scale, cache.queries.data());
  key.forward(p, memory, keys, precision, cache.rows.data(), cache.key);
  split_heads(cache.rows.data(), memory_lengths, heads, d, 1, cache.keys.data());
  value.forward(p, memory, keys, precision, cache.rows.data(), cache.value);
  split_heads(cache.rows.data(), memory_lengths, heads, d, 1, cache.values.data());

  attend(precision, cache);

  cache.merged.resize(area(queries, width));
  merge_heads(cache.contexts.data(), query_lengths, heads, d, 1, cache.merged.data());
  output.forward(p, cache.merged.data(), queries, precision, y, cache.output);
}

void Attention::lay_out(Cache& cache) const {
  const int d = width / heads;
  Head head;
  cache.heads.clear();
  for (std::size_t i = 0; i < cache.query_lengths.size(); ++i) {
    head.queries = cache.query_lengths[i];
    head.memory = cache.memory_lengths[i];
    head.query_rows = padded(head.queries);
    head.memory_rows = padded(head.memory);
    for (int h = 0; h < heads; ++h) {
      cache.heads.push_back(head);
      head.query_at += area(head.query_rows, d);
      head.memory_at += area(head.memory_rows, d);
      head.weights_at += area(head.query_rows, head.memory_rows);
    }
  }
  for (Values* panels : {&cache.queries, &cache.contexts, &cache.dqueries}) {
    panels->resize(head.query_at);
  }
  for (Values* panels : {&cache.keys, &cache.values, &cache.dkeys, &cache.dvalues}) {
    panels->resize(head.memory_at);
  }
  cache.weights.resize(head.weights_at);
}

// A = softmax(Q Kᵀ),  C = A V, of each head; Q is scaled already
void Attention::attend(Precision precision, Cache& cache) const {
  const int d = width / heads;
  for (const Head& head : cache.heads) {
    float* weights = cache.weights.data() + head.weights_at;
    cache.left.assign(cache.queries.data() + head.query_at, head.query_rows, d, precision);
    cache.right.assign(cache.keys.data() + head.memory_at, head.memory_rows, d, precision);
    matmul(cache.left, Transpose::no, cache.right, Transpose::yes, weights);
    masked_softmax_forward(head, mask, weights);
    cache.left.assign(weights, head.query_rows, head.memory_rows, precision);
    cache.right.assign(cache.values.data() + head.memory_at, head.memory_rows, d, precision);
    matmul(cache.left, Transpose::no, cache.right, Transpose::no,
           cache.contexts.data() + head.query_at);
  }
}

void Attention::backward(const float* p, const float* dy, float* g, float* dx, float* dmemory,
                         Cache& cache) const {
  const int d = width / heads;
  output.backward(p, dy, g, cache.rows.data(), cache.output);
  split_heads(cache.rows.data(), cache.query_lengths, heads, d, 1, cache.contexts.data());

  attend_backward(cache.query.x.precision(), cache);

  // The queries were divided by √d on their way into the panels, so their gradients are too.
  const float scale = 1.0F / std::sqrt(static_cast<float>(d));
  merge_heads(cache.dqueries.data(), cache.query_lengths, heads, d, scale, cache.rows.data());
  query.backward(p, cache.rows.data(), g, dx, cache.query);
  memory_backward(p, g, dmemory, cache);
}

// dA = dC Vᵀ,  dV = Aᵀ dC,  dS = softmax'(dA),  dQ = dS K,  dK = dSᵀ Q, of each head
void Attention::attend_backward(Precision precision, Cache& cache) const {
  const int d = width / heads;
  Operand &left = cache.left, &right = cache.right;
  for (const Head& head : cache.heads) {
    const float* weights = cache.weights.data() + head.weights_at;
    cache.dweights.resize(area(head.query_rows, head.memory_rows));
    left.assign(cache.contexts.data() + head.query_at, head.query_rows, d, precision);
    right.assign(cache.values.data() + head.memory_at, head.memory_rows, d, precision);
    matmul(left, Transpose::no, right, Transpose::yes, cache.dweights.data());
    right.assign(weights, head.query_rows, head.memory_rows, precision);
    matmul(right, Transpose::yes, left, Transpose::no, cache.dvalues.data() + head.memory_at);
    masked_softmax_backward(head, mask, weights, cache.dweights.data());
    left.assign(cache.dweights.data(), head.query_rows, head.memory_rows, precision);
    right.assign(cache.keys.data() + head.memory_at, head.memory_rows, d, precision);
    matmul(left, Transpose::no, right, Transpose::no, cache.dqueries.data() + head.query_at);
    right.assign(cache.queries.data() + head.query_at, head.query_rows, d, precision);
    matmul(left, Transpose::yes, right, Transpose::no, cache.dkeys.data() + head.memory_at);
  }
}

// dmemory = dK W_kᵀ + dV W_vᵀ
void Attention::memory_backward(const float* p, float* g, float* dmemory, Cache& cache) const {
  const int d = width / heads;
  merge_heads(cache.dkeys.data(), cache.memory_lengths, heads, d, 1, cache.rows.data());
  key.backward(p, cache.rows.data(), g, dmemory, cache.key);
  merge_heads(cache.dvalues.data(), cache.memory_lengths, heads, d, 1, cache.rows.data());
  if (dmemory == nullptr) {
    value.backward(p, cache.rows.data(), g, nullptr, cache.value);
    return;
  }
  cache.dmemory.resize(area(sum(cache.memory_lengths), memory_width));
  value.backward(p, cache.rows.data(), g, cache.dmemory.data(), cache.value);
  for (std::size_t i = 0; i < cache.dmemory.size(); ++i) {
    dmemory[i] += cache.dmemory[i];
  }
}

}  // namespace pairalign::nn

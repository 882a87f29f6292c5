#include "nn/window_attention.hpp"

#include <algorithm>
#include <cmath>

#include "base/multiversion.hpp"
#include "nn/functions.hpp"

namespace pairalign::nn {
namespace {

float score_scale(const WindowShape& shape) {
  return 1.0F / std::sqrt(static_cast<float>(shape.depth));
}

// Forward and backward are built from three loops over `count` rows of `depth` columns. They run
// head by head, so that the columns of neighbouring windows, which overlap, stay in the nearest
// cache.

// out_j = x · row_j
PAIRALIGN_MULTIVERSION
void dot_rows(const float* x, Rows<const float> rows, int count, int depth, float* out) {
  for (int j = 0; j < count; ++j) {
    const float* row = rows[j];
    float sum = 0;
    for (int c = 0; c < depth; ++c)
      sum += x[c] * row[c];
    out[j] = sum;
  }
}

// This many columns at a time, so that their sums stay in registers.
constexpr int kBlock = 64;

inline __attribute__((always_inline)) void sum_columns(const float* weights, Rows<const float> rows,
                                                       int count, int depth, float* out) {
  float sum[kBlock] = {};
  for (int j = 0; j < count; ++j) {
    const float* row = rows[j];
    for (int c = 0; c < depth; ++c)
      sum[c] += weights[j] * row[c];
  }
  std::copy_n(sum, depth, out);
}

// out = Σ_j w_j row_j
PAIRALIGN_MULTIVERSION
void sum_rows(const float* weights, Rows<const float> rows, int count, int depth, float* out) {
  for (int c = 0; c < depth; c += kBlock) {
    const Rows<const float> columns{rows.data + c, rows.stride};
    // For a full block the width is a compile-time constant, so the loops unroll.
    if (depth - c >= kBlock) {
      sum_columns(weights, columns, count, kBlock, out + c);
    } else {
      sum_columns(weights, columns, count, depth - c, out + c);
    }
  }
}

// row_j += w_j x: the outer product of weights and x
PAIRALIGN_MULTIVERSION
void add_outer(const float* weights, const float* x, int count, int depth, Rows<float> rows) {
  for (int j = 0; j < count; ++j) {
    float* row = rows[j];
    for (int c = 0; c < depth; ++c)
      row[c] += weights[j] * x[c];
  }
}

// Offset of head h of query i in the weights.
std::size_t row_of(const WindowShape& shape, std::size_t i, int h) {
  return (i * static_cast<std::size_t>(shape.heads) + static_cast<std::size_t>(h)) *
         static_cast<std::size_t>(shape.span);
}

// The rows of a window, starting at `column`.
template <class T>
Rows<T> part(Rows<T> rows, const KeyWindow& window, int column) {
  return {rows[window.first] + column, rows.stride};
}

}  // namespace

void window_weights_forward(const WindowShape& shape, Span<const KeyWindow> windows,
                            Rows<const float> queries, Rows<const float> keys, const float* bias,
                            float* weights) {
  const float factor = score_scale(shape);
  std::fill_n(weights, row_of(shape, windows.size(), 0), 0.0F);
  for (int h = 0; h < shape.heads; ++h) {
    const int column = h * shape.depth;
    for (std::size_t i = 0; i < windows.size(); ++i) {
      const KeyWindow& window = windows[i];
      if (window.count == 0) continue;
      const float* query = queries[static_cast<std::ptrdiff_t>(i)];
      const float* b = bias + area(h, shape.span) + window.offset;
      float* row = weights + row_of(shape, i, h) + window.offset;
      dot_rows(query + column, part(keys, window, column), window.count, shape.depth, row);
      for (int j = 0; j < window.count; ++j)
        row[j] = factor * row[j] + b[j];
      softmax_forward(row, 1, window.count, row);
    }
  }
}

// db_j += ds_j,  dq = Σ_j ds_j k_j / √depth,  dk_j += ds_j q / √depth
void window_weights_backward(const WindowShape& shape, Span<const KeyWindow> windows,
                             Rows<const float> queries, Rows<const float> keys,
                             const float* weights, float* dweights, Rows<float> dqueries,
                             Rows<float> dkeys, float* dbias) {
  const float factor = score_scale(shape);
  for (int h = 0; h < shape.heads; ++h) {
    const int column = h * shape.depth;
    for (std::size_t i = 0; i < windows.size(); ++i) {
      const KeyWindow& window = windows[i];
      const auto query = static_cast<std::ptrdiff_t>(i);
      const std::size_t at = row_of(shape, i, h) + static_cast<std::size_t>(window.offset);
      const auto count = static_cast<std::size_t>(window.count);
      float* d = dweights + at;
      softmax_backward(weights + at, d, 1, window.count, d);
      add(d, count, dbias + area(h, shape.span) + window.offset);
      scale(factor, count, d);
      sum_rows(d, part(keys, window, column), window.count, shape.depth, dqueries[query] + column);
      add_outer(d, queries[query] + column, window.count, shape.depth, part(dkeys, window, column));
    }
  }
}

void window_mix_forward(const WindowShape& shape, Span<const KeyWindow> windows,
                        const float* weights, Rows<const float> values, Rows<float> contexts) {
  for (int h = 0; h < shape.heads; ++h) {
    const int column = h * shape.depth;
    for (std::size_t i = 0; i < windows.size(); ++i) {
      const KeyWindow& window = windows[i];
      sum_rows(weights + row_of(shape, i, h) + window.offset, part(values, window, column),
               window.count, shape.depth, contexts[static_cast<std::ptrdiff_t>(i)] + column);
    }
  }
}

// dw_j += v_j · dc,  dv_j += w_j dc
void window_mix_backward(const WindowShape& shape, Span<const KeyWindow> windows,
                         const float* weights, Rows<const float> values,
                         Rows<const float> dcontexts, float* dweights, Rows<float> dvalues) {
  std::vector<float> dots(static_cast<std::size_t>(shape.span));
  for (int h = 0; h < shape.heads; ++h) {
    const int column = h * shape.depth;
    for (std::size_t i = 0; i < windows.size(); ++i) {
      const KeyWindow& window = windows[i];
      const std::size_t at = row_of(shape, i, h) + static_cast<std::size_t>(window.offset);
      const float* dcontext = dcontexts[static_cast<std::ptrdiff_t>(i)] + column;
      dot_rows(dcontext, part(values, window, column), window.count, shape.depth, dots.data());
      add(dots.data(), static_cast<std::size_t>(window.count), dweights + at);
      add_outer(weights + at, dcontext, window.count, shape.depth, part(dvalues, window, column));
    }
  }
}

WindowAttention::WindowAttention(TensorTable& table, const std::string& name,
                                 const WindowShape& shape_)
    : shape(shape_), bias(table.add(name, {shape.heads, shape.span}, false, 0)) {}

void WindowAttention::forward(const float* p, Span<const KeyWindow> windows,
                              Rows<const float> queries, Rows<const float> keys,
                              Rows<const float> values, Cache& cache) const {
  const int width = shape.heads * shape.depth;
  cache.weights.resize(row_of(shape, windows.size(), 0));
  cache.contexts.resize(windows.size() * static_cast<std::size_t>(width));
  window_weights_forward(shape, windows, queries, keys, p + bias, cache.weights.data());
  window_mix_forward(shape, windows, cache.weights.data(), values, {cache.contexts.data(), width});
}

void WindowAttention::backward(Span<const KeyWindow> windows, Rows<const float> queries,
                               Rows<const float> keys, Rows<const float> values,
                               const std::vector<float>& dcontexts, Rows<float> dqueries,
                               Rows<float> dkeys, Rows<float> dvalues, float* g,
                               Cache& cache) const {
  const float* weights = cache.weights.data();
  cache.dweights.assign(cache.weights.size(), 0.0F);
  window_mix_backward(shape, windows, weights, values,
                      {dcontexts.data(), shape.heads * shape.depth}, cache.dweights.data(),
                      dvalues);
  window_weights_backward(shape, windows, queries, keys, weights, cache.dweights.data(), dqueries,
                          dkeys, g + bias);
}

}  // namespace pairalign::nn

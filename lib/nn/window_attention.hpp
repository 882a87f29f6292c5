// Attention in which every query sees a short window of the memory, by relative position.
//
//   s_j = q · k_j / √depth + b[offset + j],   w = softmax(s),   c = Σ_j w_j v_j
//
// over the keys j = 0 … count − 1 of the query's window, per head, with a learned bias b for each
// relative position (Shaw et al. 2018; T5's scalar form, Raffel et al. 2020). Causal self-attention
// over the last tokens and cross-attention that slides along a recording both have this form, in
// training and with cached keys in decoding; the cost per query does not grow with the length of
// the sequence.
//
// The two halves are also functions by themselves, because a pointer needs only the weights. All
// arrays are f32, row-major.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/span.hpp"
#include "nn/tensor_table.hpp"

namespace pairalign::nn {

/// What one query sees: rows first … first + count − 1 of keys and values; `offset` is the position
/// of the first of them in the bias. 0 ≤ offset, offset + count ≤ span. An empty window gives
/// zeros.
struct KeyWindow {
  int first = 0, count = 0, offset = 0;
};

/// A matrix whose rows lie `stride` floats apart.
template <class T>
struct Rows {
  T* data = nullptr;
  int stride = 0;
  T* operator[](std::ptrdiff_t row) const { return data + row * stride; }
};

struct WindowShape {
  int heads = 1;  ///< head h uses columns h · depth … of queries, keys and values
  int depth = 0;  ///< columns of a head
  int span = 0;   ///< positions in the bias, and in a row of weights
};

/// Queries and keys → `weights` (queries, heads, span): position offset + j holds w_j, all others
/// 0. `bias`: (heads, span).
void window_weights_forward(const WindowShape& shape, Span<const KeyWindow> windows,
                            Rows<const float> queries, Rows<const float> keys, const float* bias,
                            float* weights);
/// dweights (shaped like weights; overwritten) → dqueries (written), dkeys and dbias (added to).
void window_weights_backward(const WindowShape& shape, Span<const KeyWindow> windows,
                             Rows<const float> queries, Rows<const float> keys,
                             const float* weights, float* dweights, Rows<float> dqueries,
                             Rows<float> dkeys, float* dbias);

/// weights, values → contexts (queries; heads · depth columns). `shape.depth` is that of the
/// values.
void window_mix_forward(const WindowShape& shape, Span<const KeyWindow> windows,
                        const float* weights, Rows<const float> values, Rows<float> contexts);
/// dcontexts → dweights (added to) and dvalues (added to).
void window_mix_backward(const WindowShape& shape, Span<const KeyWindow> windows,
                         const float* weights, Rows<const float> values,
                         Rows<const float> dcontexts, float* dweights, Rows<float> dvalues);

/// Both halves, with a learned bias: queries, keys and values → contexts.
struct WindowAttention {
  WindowShape shape;
  std::size_t bias = 0;  // (heads, span)

  WindowAttention() = default;
  WindowAttention(TensorTable& table, const std::string& name, const WindowShape& shape);

  struct Cache {
    std::vector<float> weights;   // (queries, heads, span)
    std::vector<float> contexts;  ///< (queries, heads · depth)
    std::vector<float> dweights;
  };

  void forward(const float* p, Span<const KeyWindow> windows, Rows<const float> queries,
               Rows<const float> keys, Rows<const float> values, Cache& cache) const;
  /// `dcontexts`: (queries, heads · depth) → dqueries (written), dkeys and dvalues (added to).
  void backward(Span<const KeyWindow> windows, Rows<const float> queries, Rows<const float> keys,
                Rows<const float> values, const std::vector<float>& dcontexts, Rows<float> dqueries,
                Rows<float> dkeys, Rows<float> dvalues, float* g, Cache& cache) const;
};

}  // namespace pairalign::nn

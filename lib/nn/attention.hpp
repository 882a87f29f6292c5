// Multi-head scaled dot-product attention (Vaswani et al. 2017) over packed sequences.
//
//   Q = x W_q + b_q,  K = m W_k + b_k,  V = m W_v + b_v          per sequence; m: its memory
//   A_h = softmax(Q_h K_hᵀ / √d),  C_h = A_h V_h                  per head h of d = width / heads
//   y = [C_1 … C_heads] W_o + b_o
//
// Self-attention takes its own input as memory; cross-attention that of another stack. A causal
// mask lets row t of a sequence see rows 0 … t of the memory.
#pragma once

#include <string>
#include <vector>

#include "nn/linear.hpp"
#include "nn/tensor_table.hpp"

namespace pairalign::nn {

enum class Mask { none, causal };

struct Attention {
  int width = 0, memory_width = 0, heads = 0;
  Mask mask = Mask::none;
  Linear query;  // (width, width), as output
  Linear key;    // (memory_width, width); its bias shifts all scores of a row alike: no effect
  Linear value;  // (memory_width, width)
  Linear output;

  Attention() = default;
  /// `gain` scales the initial weights of `output`. Error unless `heads` divides `width`.
  Attention(TensorTable& table, const std::string& name, int width, int memory_width, int heads,
            Mask mask, float gain = 1);

  /// One head of one sequence: its size, and where its matrices stand in the panels of the cache.
  struct Head {
    int queries = 0, memory = 0;              ///< lengths
    int query_rows = 0, memory_rows = 0;      ///< padded
    std::size_t query_at = 0, memory_at = 0;  ///< in panels of d columns
    std::size_t weights_at = 0;               ///< in the weights
  };

  /// Panels hold, for each sequence and each of its heads, in this order, a matrix of its own:
  /// (padded length, d), or (padded queries, padded memory) for the weights. Padding is zero rows
  /// up to a multiple of 16, so that few shapes of product are ever compiled.
  struct Cache {
    std::vector<int> query_lengths, memory_lengths;  // of each sequence, not padded
    std::vector<Head> heads;                         // of all sequences
    std::vector<float> queries, keys, values;        // panels; queries divided by √d
    std::vector<float> weights;                      // panels: A
    std::vector<float> merged;                       // (Σ query_lengths, width): input of `output`
    Linear::Cache query, key, value, output;

    std::vector<float> rows;                      // scratch: all heads side by side, (…, width)
    std::vector<float> contexts;                  // panels: C in forward, dC in backward
    std::vector<float> dqueries, dkeys, dvalues;  // panels
    std::vector<float> dweights;                  // one matrix
    std::vector<float> dmemory;  // (Σ memory_lengths, memory_width): by the values
    Operand left, right;

    /// Attention of `head` in `sequence`, as forward left it: (query length, memory length), rows
    /// `weight_stride(sequence)` floats apart. Each row sums to 1; what the mask hides is 0.
    const float* head_weights(int sequence, int head) const;
    int weight_stride(int sequence) const;
  };

  /// x (Σ query_lengths, width), memory (Σ memory_lengths, memory_width) → y (Σ query_lengths,
  /// width). Sequence i of x sees sequence i of the memory alone; where that is empty, its context
  /// is zero. In f32 the cache refers to `x` and `memory`, which must stay until backward. Error
  /// when the numbers of sequences differ, or their lengths under a causal mask.
  void forward(const float* p, const float* x, const std::vector<int>& query_lengths,
               const float* memory, const std::vector<int>& memory_lengths, Precision precision,
               float* y, Cache& cache) const;
  /// dy → dx (as x) and dmemory (as memory), apart from each other: in self-attention the gradient
  /// of the input is their sum. Either may be null when not needed.
  void backward(const float* p, const float* dy, float* g, float* dx, float* dmemory,
                Cache& cache) const;

 private:
  void lay_out(Cache& cache) const;
  void attend(Precision precision, Cache& cache) const;
  void attend_backward(Precision precision, Cache& cache) const;
  void memory_backward(const float* p, float* g, float* dmemory, Cache& cache) const;
};

}  // namespace pairalign::nn

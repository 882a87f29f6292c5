// Layers, forward and backward together. A layer holds shapes and offsets only: `w` and `p` are
// parameters in the layout of its table, and `g` gradients, which backward adds to. Matrices are
// row-major, a row per frame or step; each layer takes the number of rows from the size of its
// input and resizes what it writes. `dx` may be `dy` where both have the same size.
#pragma once

#include <string>
#include <vector>

#include "base/span.hpp"
#include "nn/matmul.hpp"
#include "nn/tensor_table.hpp"
#include "nn/weights.hpp"

namespace pairalign::nn {

/// y = x W + b
struct Linear {
  int in = 0, out = 0;
  std::size_t weight = 0;  // (in, out)
  std::size_t bias = 0;    // (out)

  Linear() = default;
  /// Initial weights are normal with standard deviation gain / sqrt(in).
  Linear(TensorTable& table, const std::string& name, int in, int out, float gain = 1);

  struct Cache {
    Operand x;  // (rows, in): the input, in the precision of the product
    Operand scratch_w, scratch_dy;
  };

  /// x (rows, in) → y (rows, out). In f32 the cache refers to `x`, which must stay valid until
  /// backward.
  void forward(Weights w, Span<const float> x, std::vector<float>& y, Cache& cache) const;
  /// dy (rows, out) → g
  void backward(Span<const float> dy, float* g, Cache& cache) const;
  /// dy (rows, out) → g, dx (rows, in). dx may be x, of which nothing is left then.
  void backward(const float* p, Span<const float> dy, float* g, std::vector<float>& dx,
                Cache& cache) const;
};

/// y = (x − mean) / √(var + ε) · γ + β over each row (Ba, Kiros, Hinton 2016)
struct LayerNorm {
  int width = 0;
  std::size_t gamma = 0;  // (width)
  std::size_t beta = 0;   // (width)

  LayerNorm() = default;
  LayerNorm(TensorTable& table, const std::string& name, int width);

  struct Cache {
    Span<const float> x;               // (rows, width): must stay valid until backward
    std::vector<float> mean, inverse;  // (rows): mean and 1 / √(var + ε)
  };

  /// x → y, both (rows, width); y must not be x.
  void forward(const float* p, Span<const float> x, std::vector<float>& y, Cache& cache) const;
  void backward(const float* p, Span<const float> dy, float* g, std::vector<float>& dx,
                const Cache& cache) const;
};

/// y = W₂ gelu(W₁ norm(x) + b₁) + b₂, with hidden units in between
struct FeedForward {
  LayerNorm norm;
  Linear up, down;

  FeedForward() = default;
  /// The tensors are `name` followed by `norm_name`, ".up" and ".down".
  FeedForward(TensorTable& table, const std::string& name, const std::string& norm_name, int width,
              int hidden, float gain);

  /// Multiply-adds of the matrix products, per row.
  double multiply_adds() const { return 2.0 * up.in * up.out; }

  struct Cache {
    std::vector<float> normalised, hidden, activated;  // after norm, W₁ and GELU
    LayerNorm::Cache norm;
    Linear::Cache up, down;
  };

  /// x, y: (rows, width)
  void forward(Weights w, Span<const float> x, std::vector<float>& y, Cache& cache) const;
  /// Writes its intermediate gradients over what forward has cached.
  void backward(const float* p, Span<const float> dy, float* g, std::vector<float>& dx,
                Cache& cache) const;
};

/// y[r] = W[id_r]: a table of vectors, one per symbol. Initial vectors have an expected squared
/// norm of 1. No weight decay: it would shrink the rows of symbols absent from a batch.
struct Embedding {
  int vocabulary = 0, width = 0;
  std::size_t weight = 0;  // (vocabulary, width)

  Embedding() = default;
  Embedding(TensorTable& table, const std::string& name, int vocabulary, int width);

  /// ids (rows) → y (rows, width). Throws Error for an id outside [0, vocabulary).
  void forward(const float* p, const std::vector<int>& ids, std::vector<float>& y) const;
  /// `ids` as given to forward; dy: (rows, width). Gradients of a repeated symbol are summed.
  void backward(const std::vector<int>& ids, Span<const float> dy, float* g) const;
};

// Convolutions over time. A batch is a list of sequences laid end to end ("packed"): no computation
// is spent on padding, and frames outside a sequence count as `fill` (1-D) or zero (depthwise).

/// y[t] = Σ_k x[stride·t + k − (kernel−1)/2] W[k] + b, as a matrix product over unfolded windows.
struct Conv1d {
  int in = 0, kernel = 0, stride = 0;
  Linear linear;  // (kernel · in, out)

  Conv1d() = default;
  Conv1d(TensorTable& table, const std::string& name, int in, int out, int kernel, int stride);

  /// Output frames of a sequence of `frames` input frames: ceil(frames / stride).
  int output_length(int frames) const { return (frames + stride - 1) / stride; }

  struct Cache {
    std::vector<float> unfolded;  // (Σ output lengths, kernel · in)
    Linear::Cache linear;
  };

  /// x: (Σ lengths, in) → y: (Σ output lengths, out).
  void forward(Weights w, const float* x, const std::vector<int>& lengths, float fill,
               std::vector<float>& y, Cache& cache) const;
  /// Gradients of the parameters alone: it is the first layer.
  void backward(Span<const float> dy, float* g, Cache& cache) const;
};

/// y[t, c] = Σ_k x[t + k − (kernel−1)/2, c] w[k, c] + b[c], each channel separately.
struct DepthwiseConv1d {
  int channels = 0, kernel = 0;
  std::size_t weight = 0;  // (kernel, channels)
  std::size_t bias = 0;    // (channels)

  DepthwiseConv1d() = default;
  DepthwiseConv1d(TensorTable& table, const std::string& name, int channels, int kernel);

  /// x → y, both (Σ lengths, channels); y must not be x.
  void forward(const float* p, const std::vector<float>& x, const std::vector<int>& lengths,
               std::vector<float>& y) const;
  /// `x` is the input of forward. dx must not be dy.
  void backward(const float* p, const std::vector<float>& x, const std::vector<float>& dy,
                const std::vector<int>& lengths, float* g, std::vector<float>& dx) const;
};

}  // namespace pairalign::nn

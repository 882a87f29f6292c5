// Layers, forward and backward together. A layer holds shapes and offsets only: `w` and `p` are
// parameters in the layout of its table, and `g` gradients, which backward adds to. Matrices are
// row-major, a row per frame or step; each layer takes the number of rows from the size of its
// input and resizes what it writes. `dx` may be `dy` where both have the same size.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/span.hpp"
#include "nn/matmul.hpp"
#include "nn/tensor_table.hpp"

namespace pairalign::nn {

/// The matrices of a table, packed once for weights that no longer change. May be shared between
/// threads.
class PackedWeights {
 public:
  /// `values`: in the layout of `table`; not kept.
  PackedWeights(const TensorTable& table, const float* values, Precision precision);

  Precision precision() const { return precision_; }
  /// The matrix whose tensor begins at `offset`, or null.
  const PackedMatrix* at(std::size_t offset) const;

 private:
  Precision precision_;
  std::unique_ptr<unsigned char[]> storage_;  // all matrices, in one buffer of large pages
  std::unordered_map<std::size_t, PackedMatrix> matrices_;
};

/// What a forward pass reads; a view: what it points to must outlive it.
struct Weights {
  const float* values;                    ///< in the layout of a table
  Precision precision;                    ///< of the matrix products
  const PackedWeights* packed = nullptr;  ///< null if weights change between passes, as in training

  Weights(const float* values_, Precision precision_) : values(values_), precision(precision_) {}
  Weights(const float* values_, const PackedWeights& packed_)
      : values(values_), precision(packed_.precision()), packed(&packed_) {}
};

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

/// Cosine similarities of embeddings to the codes of a codebook:
///
///   z = x / ‖x‖,  S = z Cᵀ;   dz = dS C,  dx = (dz − z (z · dz)) / ‖x‖
///
/// where the rows of C have unit length and receive no gradient here.
struct Codebook {
  const float* codes = nullptr;  ///< (count, dimension)
  int count = 0, dimension = 0;

  struct Cache {
    std::vector<float> norms;  // (rows)
    Operand left, right;       // after forward: z and C
  };

  /// `z`: (rows, dimension), x on entry and z on return; `scores` becomes S, (rows, count).
  void forward(Precision precision, std::vector<float>& z, std::vector<float>& scores,
               Cache& cache) const;
  /// `dscores`: dS; writes dx. `z` as forward left it.
  void backward(Precision precision, const std::vector<float>& z, const float* dscores, float* dx,
                Cache& cache) const;
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

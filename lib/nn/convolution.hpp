// Convolutions over time. A batch is a list of sequences laid end to end ("packed"): no computation
// is spent on padding, and frames outside a sequence count as `fill` (1-D) or zero (depthwise).
#pragma once

#include <string>
#include <vector>

#include "nn/linear.hpp"
#include "nn/tensor_table.hpp"

namespace pairalign::nn {

/// y[t] = Σ_k x[stride·t + k − (kernel−1)/2] W[k] + b, as a matrix product over unfolded windows.
struct Conv1d {
  int in = 0, out = 0, kernel = 0, stride = 0;
  Linear linear;  // (kernel · in, out)

  Conv1d() = default;
  Conv1d(TensorTable& table, const std::string& name, int in, int out, int kernel, int stride,
         float gain = 1);

  /// Output frames of a sequence of `frames` input frames: ceil(frames / stride).
  int output_length(int frames) const { return (frames + stride - 1) / stride; }

  struct Cache {
    std::vector<float> unfolded;  // (Σ output lengths, kernel · in)
    std::vector<float> dunfolded;
    std::vector<int> lengths;
    Linear::Cache linear;
  };

  /// x: (Σ lengths, in) → y: (Σ output lengths, out).
  void forward(Weights w, const float* x, const std::vector<int>& lengths, float fill, float* y,
               Cache& cache) const;
  /// dx: (Σ lengths, in), or null when not needed.
  void backward(const float* p, const float* dy, float* g, float* dx, Cache& cache) const;
};

/// y[t, c] = Σ_k x[t + k − (kernel−1)/2, c] w[k, c] + b[c], each channel separately.
struct DepthwiseConv1d {
  int channels = 0, kernel = 0;
  std::size_t weight = 0;  // (kernel, channels)
  std::size_t bias = 0;    // (channels)

  DepthwiseConv1d() = default;
  DepthwiseConv1d(TensorTable& table, const std::string& name, int channels, int kernel);

  /// x, y: (Σ lengths, channels); y must not be x.
  void forward(const float* p, const float* x, const std::vector<int>& lengths, float* y) const;
  /// `x` is the input of forward. dx must not be dy.
  void backward(const float* p, const float* x, const float* dy, const std::vector<int>& lengths,
                float* g, float* dx) const;
};

}  // namespace pairalign::nn

#include "nn/convolution.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "base/multiversion.hpp"

namespace pairalign::nn {
namespace {

// y[c] += x[c] · w[c]
inline __attribute__((always_inline)) void multiply_add(const float* x, const float* w, int n,
                                                        float* y) {
  for (int c = 0; c < n; ++c)
    y[c] += x[c] * w[c];
}

PAIRALIGN_MULTIVERSION
void depthwise_forward(const float* x, const float* w, const float* b, int length, int channels,
                       int kernel, float* y) {
  const int half = (kernel - 1) / 2;
  for (int t = 0; t < length; ++t) {
    float* out = y + static_cast<std::ptrdiff_t>(t) * channels;
    for (int c = 0; c < channels; ++c)
      out[c] = b[c];
    const int first = std::max(0, half - t), last = std::min(kernel, length - t + half);
    for (int k = first; k < last; ++k) {
      multiply_add(x + static_cast<std::ptrdiff_t>(t + k - half) * channels,
                   w + static_cast<std::ptrdiff_t>(k) * channels, channels, out);
    }
  }
}

// dx[s] = Σ_k dy[s − k + half] w[k],  dw[k] += Σ_t dy[t] x[t + k − half],  db += Σ_t dy[t]
PAIRALIGN_MULTIVERSION
void depthwise_backward(const float* x, const float* dy, const float* w, int length, int channels,
                        int kernel, float* dw, float* db, float* dx) {
  const int half = (kernel - 1) / 2;
  std::fill_n(dx, static_cast<std::ptrdiff_t>(length) * channels, 0.0F);
  for (int t = 0; t < length; ++t) {
    const float* up = dy + static_cast<std::ptrdiff_t>(t) * channels;
    for (int c = 0; c < channels; ++c)
      db[c] += up[c];
    const int first = std::max(0, half - t), last = std::min(kernel, length - t + half);
    for (int k = first; k < last; ++k) {
      const std::ptrdiff_t source = static_cast<std::ptrdiff_t>(t + k - half) * channels;
      const std::ptrdiff_t tap = static_cast<std::ptrdiff_t>(k) * channels;
      multiply_add(up, w + tap, channels, dx + source);
      multiply_add(up, x + source, channels, dw + tap);
    }
  }
}

}  // namespace

Conv1d::Conv1d(TensorTable& table, const std::string& name, int in_, int out_, int kernel_,
               int stride_, float gain)
    : in(in_),
      out(out_),
      kernel(kernel_),
      stride(stride_),
      linear(table, name, kernel_ * in_, out_, gain) {}

void Conv1d::forward(Weights w, const float* x, const std::vector<int>& lengths, float fill,
                     float* y, Cache& cache) const {
  int rows = 0;
  for (const int length : lengths)
    rows += output_length(length);
  cache.lengths = lengths;
  cache.unfolded.resize(static_cast<std::size_t>(rows) * static_cast<std::size_t>(kernel * in));
  float* window = cache.unfolded.data();
  for (const int length : lengths) {
    for (int t = 0; t < output_length(length); ++t) {
      for (int k = 0; k < kernel; ++k, window += in) {
        const int frame = stride * t + k - (kernel - 1) / 2;
        if (frame < 0 || frame >= length) {
          std::fill_n(window, in, fill);
        } else {
          std::copy_n(x + static_cast<std::ptrdiff_t>(frame) * in, in, window);
        }
      }
    }
    x += static_cast<std::ptrdiff_t>(length) * in;
  }
  linear.forward(w, cache.unfolded.data(), rows, y, cache.linear);
}

void Conv1d::backward(const float* p, const float* dy, float* g, float* dx, Cache& cache) const {
  if (dx == nullptr) {
    linear.backward(p, dy, g, nullptr, cache.linear);
    return;
  }
  cache.dunfolded.resize(cache.unfolded.size());
  linear.backward(p, dy, g, cache.dunfolded.data(), cache.linear);
  const float* window = cache.dunfolded.data();
  for (const int length : cache.lengths) {
    std::fill_n(dx, static_cast<std::ptrdiff_t>(length) * in, 0.0F);
    for (int t = 0; t < output_length(length); ++t) {
      for (int k = 0; k < kernel; ++k, window += in) {
        const int frame = stride * t + k - (kernel - 1) / 2;
        if (frame < 0 || frame >= length) continue;
        float* sum = dx + static_cast<std::ptrdiff_t>(frame) * in;
        for (int c = 0; c < in; ++c)
          sum[c] += window[c];
      }
    }
    dx += static_cast<std::ptrdiff_t>(length) * in;
  }
}

DepthwiseConv1d::DepthwiseConv1d(TensorTable& table, const std::string& name, int channels_,
                                 int kernel_)
    : channels(channels_), kernel(kernel_) {
  weight = table.add(name + ".weight", {kernel, channels}, true,
                     1.0F / std::sqrt(static_cast<float>(kernel)));
  bias = table.add(name + ".bias", {channels}, false, 0);
}

void DepthwiseConv1d::forward(const float* p, const float* x, const std::vector<int>& lengths,
                              float* y) const {
  for (const int length : lengths) {
    depthwise_forward(x, p + weight, p + bias, length, channels, kernel, y);
    x += static_cast<std::ptrdiff_t>(length) * channels;
    y += static_cast<std::ptrdiff_t>(length) * channels;
  }
}

void DepthwiseConv1d::backward(const float* p, const float* x, const float* dy,
                               const std::vector<int>& lengths, float* g, float* dx) const {
  for (const int length : lengths) {
    depthwise_backward(x, dy, p + weight, length, channels, kernel, g + weight, g + bias, dx);
    x += static_cast<std::ptrdiff_t>(length) * channels;
    dy += static_cast<std::ptrdiff_t>(length) * channels;
    dx += static_cast<std::ptrdiff_t>(length) * channels;
  }
}

}  // namespace pairalign::nn

#include "nn/layers.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "base/large_pages.hpp"
#include "base/multiversion.hpp"
#include "nn/functions.hpp"

namespace pairalign::nn {
namespace {

constexpr float kEpsilon = 1e-5F;  // of the layer norm

float inverse_root(int n) {
  return 1.0F / std::sqrt(static_cast<float>(n));
}

int row_count(Span<const float> x, int width) {
  return static_cast<int>(x.size()) / width;
}

PAIRALIGN_MULTIVERSION
void normalise_rows(const float* x, int rows, int width, const float* gamma, const float* beta,
                    float* y, float* means, float* inverses) {
  for (int r = 0; r < rows; ++r) {
    const float* in = x + area(r, width);
    float* out = y + area(r, width);
    float sum = 0;
    for (int c = 0; c < width; ++c)
      sum += in[c];
    const float mean = sum / static_cast<float>(width);
    float square = 0;
    for (int c = 0; c < width; ++c)
      square += (in[c] - mean) * (in[c] - mean);
    const float inverse = 1.0F / std::sqrt(square / static_cast<float>(width) + kEpsilon);
    for (int c = 0; c < width; ++c)
      out[c] = (in[c] - mean) * inverse * gamma[c] + beta[c];
    means[r] = mean;
    inverses[r] = inverse;
  }
}

// With x̂ the normalised row and d = dy · γ:
//   dx = (d − mean(d) − x̂ · mean(d x̂)) / √(var + ε),  dγ += Σ_rows dy x̂,  dβ += Σ_rows dy
PAIRALIGN_MULTIVERSION
void backward_rows(const float* x, const float* dy, int rows, int width, const float* gamma,
                   const float* means, const float* inverses, float* dgamma, float* dbeta,
                   float* dx) {
  for (int r = 0; r < rows; ++r) {
    const float* in = x + area(r, width);
    const float* up = dy + area(r, width);
    float* out = dx + area(r, width);
    const float mean = means[r], inverse = inverses[r];
    float sum_d = 0, sum_dx = 0;
    for (int c = 0; c < width; ++c) {
      const float hat = (in[c] - mean) * inverse;
      const float d = up[c] * gamma[c];
      sum_d += d;
      sum_dx += d * hat;
      dgamma[c] += up[c] * hat;
      dbeta[c] += up[c];
    }
    const float mean_d = sum_d / static_cast<float>(width);
    const float mean_dx = sum_dx / static_cast<float>(width);
    for (int c = 0; c < width; ++c) {
      const float hat = (in[c] - mean) * inverse;
      out[c] = (up[c] * gamma[c] - mean_d - hat * mean_dx) * inverse;
    }
  }
}

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
    float* out = y + area(t, channels);
    for (int c = 0; c < channels; ++c)
      out[c] = b[c];
    const int first = std::max(0, half - t), last = std::min(kernel, length - t + half);
    for (int k = first; k < last; ++k) {
      multiply_add(x + area(t + k - half, channels), w + area(k, channels), channels, out);
    }
  }
}

// dx[s] = Σ_k dy[s − k + half] w[k],  dw[k] += Σ_t dy[t] x[t + k − half],  db += Σ_t dy[t]
PAIRALIGN_MULTIVERSION
void depthwise_backward(const float* x, const float* dy, const float* w, int length, int channels,
                        int kernel, float* dw, float* db, float* dx) {
  const int half = (kernel - 1) / 2;
  std::fill_n(dx, area(length, channels), 0.0F);
  for (int t = 0; t < length; ++t) {
    const float* up = dy + area(t, channels);
    for (int c = 0; c < channels; ++c)
      db[c] += up[c];
    const int first = std::max(0, half - t), last = std::min(kernel, length - t + half);
    for (int k = first; k < last; ++k) {
      const std::size_t source = area(t + k - half, channels);
      const std::size_t tap = area(k, channels);
      multiply_add(up, w + tap, channels, dx + source);
      multiply_add(up, x + source, channels, dw + tap);
    }
  }
}

}  // namespace

PackedWeights::PackedWeights(const TensorTable& table, const float* values, Precision precision)
    : precision_(precision) {
  constexpr std::size_t kAlignment = PackedMatrix::kAlignment;
  std::size_t bytes = kAlignment;  // to align the first
  for (const TensorInfo& tensor : table.tensors()) {
    if (!tensor.multiplied) continue;
    const auto added =
        matrices_.try_emplace(tensor.offset, tensor.shape[0], tensor.shape[1], precision).first;
    bytes += added->second.bytes() + kAlignment;
  }
  storage_.reset(new unsigned char[bytes]);  // not std::make_unique, which would write zeros
  prefer_large_pages(storage_.get(), bytes);
  void* next = storage_.get();
  for (auto& [offset, matrix] : matrices_) {
    next = std::align(kAlignment, matrix.bytes(), next, bytes);
    matrix.pack(values + offset, next);
    next = static_cast<unsigned char*>(next) + matrix.bytes();
    bytes -= matrix.bytes();
  }
}

const PackedMatrix* PackedWeights::at(std::size_t offset) const {
  const auto found = matrices_.find(offset);
  return found != matrices_.end() ? &found->second : nullptr;
}

Linear::Linear(TensorTable& table, const std::string& name, int in_, int out_, float gain)
    : in(in_), out(out_) {
  weight = table.add_matrix(name + ".weight", in, out, gain / std::sqrt(static_cast<float>(in)));
  bias = table.add(name + ".bias", {out}, false, 0);
}

void Linear::forward(Weights w, Span<const float> x, std::vector<float>& y, Cache& cache) const {
  const int rows = row_count(x, in);
  y.resize(area(rows, out));
  cache.x.assign(x.data(), rows, in, w.precision);
  if (const PackedMatrix* packed = w.packed != nullptr ? w.packed->at(weight) : nullptr) {
    matmul(cache.x, *packed, y.data());
  } else {
    cache.scratch_w.assign(w.values + weight, in, out, w.precision);
    matmul(cache.x, Transpose::no, cache.scratch_w, Transpose::no, y.data());
  }
  for (int r = 0; r < rows; ++r)
    add(w.values + bias, static_cast<std::size_t>(out), y.data() + area(r, out));
}

// dW = xᵀ dy,  db = Σ_rows dy,  dx = dy Wᵀ
void Linear::backward(Span<const float> dy, float* g, Cache& cache) const {
  const int rows = cache.x.rows();
  cache.scratch_dy.assign(dy.data(), rows, out, cache.x.precision());
  matmul(cache.x, Transpose::yes, cache.scratch_dy, Transpose::no, g + weight, true);
  for (int r = 0; r < rows; ++r)
    add(dy.data() + area(r, out), static_cast<std::size_t>(out), g + bias);
}

void Linear::backward(const float* p, Span<const float> dy, float* g, std::vector<float>& dx,
                      Cache& cache) const {
  backward(dy, g, cache);
  dx.resize(area(cache.x.rows(), in));
  cache.scratch_w.assign(p + weight, in, out, cache.x.precision());
  matmul(cache.scratch_dy, Transpose::no, cache.scratch_w, Transpose::yes, dx.data());
}

LayerNorm::LayerNorm(TensorTable& table, const std::string& name, int width_) : width(width_) {
  gamma = table.add(name + ".gamma", {width}, false, 0, 1);
  beta = table.add(name + ".beta", {width}, false, 0);
}

void LayerNorm::forward(const float* p, Span<const float> x, std::vector<float>& y,
                        Cache& cache) const {
  const int rows = row_count(x, width);
  y.resize(x.size());
  cache.x = x;
  cache.mean.resize(static_cast<std::size_t>(rows));
  cache.inverse.resize(static_cast<std::size_t>(rows));
  normalise_rows(x.data(), rows, width, p + gamma, p + beta, y.data(), cache.mean.data(),
                 cache.inverse.data());
}

void LayerNorm::backward(const float* p, Span<const float> dy, float* g, std::vector<float>& dx,
                         const Cache& cache) const {
  dx.resize(cache.x.size());
  backward_rows(cache.x.data(), dy.data(), row_count(cache.x, width), width, p + gamma,
                cache.mean.data(), cache.inverse.data(), g + gamma, g + beta, dx.data());
}

FeedForward::FeedForward(TensorTable& table, const std::string& name, const std::string& norm_name,
                         int width, int hidden, float gain)
    : norm(table, name + norm_name, width),
      up(table, name + ".up", width, hidden),
      down(table, name + ".down", hidden, width, gain) {}

void FeedForward::forward(Weights w, Span<const float> x, std::vector<float>& y,
                          Cache& cache) const {
  norm.forward(w.values, x, cache.normalised, cache.norm);
  up.forward(w, cache.normalised, cache.hidden, cache.up);
  cache.activated.resize(cache.hidden.size());
  gelu_forward(cache.hidden.data(), cache.hidden.size(), cache.activated.data());
  down.forward(w, cache.activated, y, cache.down);
}

void FeedForward::backward(const float* p, Span<const float> dy, float* g, std::vector<float>& dx,
                           Cache& cache) const {
  std::vector<float>& dhidden = cache.activated;
  down.backward(p, dy, g, dhidden, cache.down);
  gelu_backward(cache.hidden.data(), dhidden.data(), dhidden.size(), dhidden.data());
  up.backward(p, dhidden, g, cache.normalised, cache.up);
  norm.backward(p, cache.normalised, g, dx, cache.norm);
}

Embedding::Embedding(TensorTable& table, const std::string& name, int vocabulary_, int width_)
    : vocabulary(vocabulary_), width(width_) {
  weight = table.add(name + ".weight", {vocabulary, width}, false, inverse_root(width));
}

void Embedding::forward(const float* p, const std::vector<int>& ids, std::vector<float>& y) const {
  y.resize(ids.size() * static_cast<std::size_t>(width));
  float* row = y.data();
  for (const int id : ids) {
    if (id < 0 || id >= vocabulary) {
      throw Error("embedding",
                  "symbol " + std::to_string(id) + " is not one of " + std::to_string(vocabulary));
    }
    row = std::copy_n(p + weight + area(id, width), width, row);
  }
}

// dW[id_r] += dy[r], summed in the order of the ids
void Embedding::backward(const std::vector<int>& ids, Span<const float> dy, float* g) const {
  const float* row = dy.data();
  for (const int id : ids) {
    add(row, static_cast<std::size_t>(width), g + weight + area(id, width));
    row += width;
  }
}

void Codebook::forward(Precision precision, std::vector<float>& z, std::vector<float>& scores,
                       Cache& cache) const {
  const int rows = row_count(z, dimension);
  cache.norms.resize(static_cast<std::size_t>(rows));
  l2_normalize_forward(z.data(), rows, dimension, z.data(), cache.norms.data());
  scores.resize(area(rows, count));
  cache.left.assign(z.data(), rows, dimension, precision);
  cache.right.assign(codes, count, dimension, precision);
  matmul(cache.left, Transpose::no, cache.right, Transpose::yes, scores.data());
}

void Codebook::backward(Precision precision, const std::vector<float>& z, const float* dscores,
                        float* dx, Cache& cache) const {
  const int rows = row_count(z, dimension);
  cache.left.assign(dscores, rows, count, precision);
  cache.right.assign(codes, count, dimension, precision);
  matmul(cache.left, Transpose::no, cache.right, Transpose::no, dx);
  l2_normalize_backward(z.data(), cache.norms.data(), dx, rows, dimension, dx);
}

Conv1d::Conv1d(TensorTable& table, const std::string& name, int in_, int out, int kernel_,
               int stride_)
    : in(in_), kernel(kernel_), stride(stride_), linear(table, name, kernel_ * in_, out) {}

void Conv1d::forward(Weights w, const float* x, const std::vector<int>& lengths, float fill,
                     std::vector<float>& y, Cache& cache) const {
  int rows = 0;
  for (const int length : lengths)
    rows += output_length(length);
  cache.unfolded.resize(area(rows, kernel * in));
  float* window = cache.unfolded.data();
  for (const int length : lengths) {
    for (int t = 0; t < output_length(length); ++t) {
      for (int k = 0; k < kernel; ++k, window += in) {
        const int frame = stride * t + k - (kernel - 1) / 2;
        if (frame < 0 || frame >= length) {
          std::fill_n(window, in, fill);
        } else {
          std::copy_n(x + area(frame, in), in, window);
        }
      }
    }
    x += area(length, in);
  }
  linear.forward(w, cache.unfolded, y, cache.linear);
}

void Conv1d::backward(Span<const float> dy, float* g, Cache& cache) const {
  linear.backward(dy, g, cache.linear);
}

DepthwiseConv1d::DepthwiseConv1d(TensorTable& table, const std::string& name, int channels_,
                                 int kernel_)
    : channels(channels_), kernel(kernel_) {
  weight = table.add(name + ".weight", {kernel, channels}, true, inverse_root(kernel));
  bias = table.add(name + ".bias", {channels}, false, 0);
}

void DepthwiseConv1d::forward(const float* p, const std::vector<float>& x,
                              const std::vector<int>& lengths, std::vector<float>& y) const {
  y.resize(x.size());
  std::size_t at = 0;
  for (const int length : lengths) {
    depthwise_forward(x.data() + at, p + weight, p + bias, length, channels, kernel, y.data() + at);
    at += area(length, channels);
  }
}

void DepthwiseConv1d::backward(const float* p, const std::vector<float>& x,
                               const std::vector<float>& dy, const std::vector<int>& lengths,
                               float* g, std::vector<float>& dx) const {
  dx.resize(x.size());
  std::size_t at = 0;
  for (const int length : lengths) {
    depthwise_backward(x.data() + at, dy.data() + at, p + weight, length, channels, kernel,
                       g + weight, g + bias, dx.data() + at);
    at += area(length, channels);
  }
}

}  // namespace pairalign::nn

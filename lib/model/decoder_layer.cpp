#include "model/decoder_layer.hpp"

#include <algorithm>

#include "nn/activation.hpp"
#include "nn/elementwise.hpp"
#include "nn/shape.hpp"

namespace pairalign::model {
namespace {

using nn::area;

void add(const std::vector<float>& x, std::vector<float>& sum) {
  nn::add(x.data(), x.size(), sum.data());
}

void clear_dropped_rows(const char* dropped, int rows, int width, std::vector<float>& branch) {
  if (dropped == nullptr) return;
  for (int r = 0; r < rows; ++r) {
    if (dropped[r] != 0) {
      std::fill_n(branch.begin() + static_cast<std::ptrdiff_t>(area(r, width)), width, 0.0F);
    }
  }
}

}  // namespace

DecoderLayer::DecoderLayer(nn::TensorTable& table, const std::string& name, int width, int heads,
                           int expansion, int frame_span, int history_span, float branch_gain)
    : width_(width),
      self_{heads, width / heads, history_span},
      cross_{heads, width / heads, frame_span} {
  self_norm_ = {table, name + ".self_norm", width};
  qkv_ = {table, name + ".self_qkv", width, 3 * width};
  self_output_ = {table, name + ".self_output", width, width, branch_gain};
  self_bias_ = table.add(name + ".self_bias", {heads, history_span}, false, 0);
  cross_norm_ = {table, name + ".cross_norm", width};
  query_ = {table, name + ".cross_query", width, width};
  cross_output_ = {table, name + ".cross_output", width, width, branch_gain};
  cross_bias_ = table.add(name + ".cross_bias", {heads, frame_span}, false, 0);
  feed_norm_ = {table, name + ".feed_norm", width};
  up_ = {table, name + ".up", width, expansion * width};
  down_ = {table, name + ".down", expansion * width, width, branch_gain};
}

double DecoderLayer::multiply_adds_per_step() const {
  double sum = 0;
  for (const nn::Linear* linear : {&qkv_, &self_output_, &query_, &cross_output_, &up_, &down_}) {
    sum += 1.0 * linear->in * linear->out;
  }
  return sum;
}

void DecoderLayer::forward(nn::Weights w, const std::vector<float>& stream, int rows,
                           const StepWindows& windows, const char* dropped,
                           const DecoderMemory& memory, const DecoderMemory::Cache& frames,
                           int index, std::vector<float>& history, Cache& cache) const {
  const std::size_t narrow = area(rows, width_);
  for (auto* buffer :
       {&cache.self_input, &cache.self_context, &cache.cross_stream, &cache.cross_input,
        &cache.query, &cache.cross_context, &cache.feed_stream, &cache.feed_input, &cache.output}) {
    buffer->resize(narrow);
  }
  cache.qkv.resize(3 * narrow);
  cache.self_weights.resize(area(rows, self_.heads * self_.span));
  cache.cross_weights.resize(area(rows, cross_.heads * cross_.span));
  cache.hidden.resize(area(rows, up_.out));
  cache.activated.resize(cache.hidden.size());

  self_norm_.forward(w.values, stream.data(), rows, cache.self_input.data(), cache.self_norm);
  qkv_.forward(w, cache.self_input.data(), rows, cache.qkv.data(), cache.qkv_linear);
  for (int r = 0; r < rows; ++r) {
    const int row = windows.history_rows[static_cast<std::size_t>(r)];
    std::copy_n(cache.qkv.data() + area(r, 3 * width_) + width_, 2 * width_,
                history.data() + area(row, 2 * width_));
  }
  nn::window_weights_forward(self_, windows.history, {cache.qkv.data(), 3 * width_},
                             {history.data(), 2 * width_}, w.values + self_bias_,
                             cache.self_weights.data());
  nn::window_mix_forward(self_, windows.history, cache.self_weights.data(),
                         {history.data() + width_, 2 * width_},
                         {cache.self_context.data(), width_});
  self_output_.forward(w, cache.self_context.data(), rows, cache.cross_stream.data(),
                       cache.self_linear);
  clear_dropped_rows(dropped, rows, width_, cache.cross_stream);
  add(stream, cache.cross_stream);

  cross_norm_.forward(w.values, cache.cross_stream.data(), rows, cache.cross_input.data(),
                      cache.cross_norm);
  query_.forward(w, cache.cross_input.data(), rows, cache.query.data(), cache.query_linear);
  nn::window_weights_forward(cross_, windows.frames, {cache.query.data(), width_},
                             memory.at(frames, memory.keys(index)), w.values + cross_bias_,
                             cache.cross_weights.data());
  nn::window_mix_forward(cross_, windows.frames, cache.cross_weights.data(),
                         memory.at(frames, memory.values(index)),
                         {cache.cross_context.data(), width_});
  cross_output_.forward(w, cache.cross_context.data(), rows, cache.feed_stream.data(),
                        cache.cross_linear);
  add(cache.cross_stream, cache.feed_stream);

  feed_norm_.forward(w.values, cache.feed_stream.data(), rows, cache.feed_input.data(),
                     cache.feed_norm);
  up_.forward(w, cache.feed_input.data(), rows, cache.hidden.data(), cache.up);
  nn::gelu_forward(cache.hidden.data(), cache.hidden.size(), cache.activated.data());
  down_.forward(w, cache.activated.data(), rows, cache.output.data(), cache.down);
  add(cache.feed_stream, cache.output);
}

void DecoderLayer::backward(const float* p, int rows, const StepWindows& windows,
                            const char* dropped, const DecoderMemory& memory,
                            DecoderMemory::Cache& frames, int index,
                            const std::vector<float>& history, float* g,
                            std::vector<float>& dstream, Cache& cache) const {
  const std::size_t narrow = area(rows, width_);
  for (auto* buffer : {&cache.dbranch, &cache.dcontext, &cache.dinput, &cache.dquery})
    buffer->resize(narrow);
  cache.dhidden.resize(cache.hidden.size());
  down_.backward(p, dstream.data(), g, cache.dhidden.data(), cache.down);
  nn::gelu_backward(cache.hidden.data(), cache.dhidden.data(), cache.dhidden.size(),
                    cache.dhidden.data());
  up_.backward(p, cache.dhidden.data(), g, cache.dinput.data(), cache.up);
  feed_norm_.backward(p, cache.dinput.data(), g, cache.dinput.data(), cache.feed_norm);
  add(cache.dinput, dstream);
  cross_backward(p, rows, windows, memory, frames, index, g, dstream, cache);
  self_backward(p, rows, windows, dropped, history, g, dstream, cache);
}

void DecoderLayer::cross_backward(const float* p, int rows, const StepWindows& windows,
                                  const DecoderMemory& memory, DecoderMemory::Cache& frames,
                                  int index, float* g, std::vector<float>& dstream,
                                  Cache& cache) const {
  cross_output_.backward(p, dstream.data(), g, cache.dcontext.data(), cache.cross_linear);
  cache.dweights.assign(area(rows, cross_.heads * cross_.span), 0.0F);
  nn::window_mix_backward(cross_, windows.frames, cache.cross_weights.data(),
                          memory.at(frames, memory.values(index)), {cache.dcontext.data(), width_},
                          cache.dweights.data(), memory.gradient_at(frames, memory.values(index)));
  nn::window_weights_backward(cross_, windows.frames, {cache.query.data(), width_},
                              memory.at(frames, memory.keys(index)), cache.cross_weights.data(),
                              cache.dweights.data(), {cache.dquery.data(), width_},
                              memory.gradient_at(frames, memory.keys(index)), g + cross_bias_);
  query_.backward(p, cache.dquery.data(), g, cache.dinput.data(), cache.query_linear);
  cross_norm_.backward(p, cache.dinput.data(), g, cache.dinput.data(), cache.cross_norm);
  add(cache.dinput, dstream);
}

void DecoderLayer::self_backward(const float* p, int rows, const StepWindows& windows,
                                 const char* dropped, const std::vector<float>& history, float* g,
                                 std::vector<float>& dstream, Cache& cache) const {
  cache.dbranch = dstream;
  clear_dropped_rows(dropped, rows, width_, cache.dbranch);
  self_output_.backward(p, cache.dbranch.data(), g, cache.dcontext.data(), cache.self_linear);
  cache.dweights.assign(area(rows, self_.heads * self_.span), 0.0F);
  cache.dhistory.assign(area(rows, 2 * width_), 0.0F);
  nn::window_mix_backward(self_, windows.history, cache.self_weights.data(),
                          {history.data() + width_, 2 * width_}, {cache.dcontext.data(), width_},
                          cache.dweights.data(), {cache.dhistory.data() + width_, 2 * width_});
  cache.dqkv.resize(cache.qkv.size());
  nn::window_weights_backward(self_, windows.history, {cache.qkv.data(), 3 * width_},
                              {history.data(), 2 * width_}, cache.self_weights.data(),
                              cache.dweights.data(), {cache.dqkv.data(), 3 * width_},
                              {cache.dhistory.data(), 2 * width_}, g + self_bias_);
  for (int r = 0; r < rows; ++r) {
    std::copy_n(cache.dhistory.data() + area(r, 2 * width_), 2 * width_,
                cache.dqkv.data() + area(r, 3 * width_) + width_);
  }
  qkv_.backward(p, cache.dqkv.data(), g, cache.dinput.data(), cache.qkv_linear);
  self_norm_.backward(p, cache.dinput.data(), g, cache.dinput.data(), cache.self_norm);
  add(cache.dinput, dstream);
}

}  // namespace pairalign::model

#include "model/decoder_layer.hpp"

#include <algorithm>
#include <cmath>

#include "nn/functions.hpp"
#include "nn/shape.hpp"

namespace pairalign::model {
namespace {

using nn::area;

void add(const std::vector<float>& x, std::vector<float>& sum) {
  nn::add(x.data(), x.size(), sum.data());
}

void clear_dropped_rows(const char* dropped, int width, std::vector<float>& branch) {
  if (dropped == nullptr) return;
  for (float* row = branch.data(); row != branch.data() + branch.size(); row += width) {
    if (*dropped++ != 0) std::fill_n(row, width, 0.0F);
  }
}

}  // namespace

DecoderLayer::DecoderLayer(nn::TensorTable& table, const std::string& name,
                           const DecoderConfig& config)
    : width_(config.width) {
  const int width = config.width, heads = config.heads, depth = width / heads;
  // Residual branches start small, so that depth does not blow up the first steps.
  const float branch_gain = 1.0F / std::sqrt(3.0F * static_cast<float>(config.layers));
  self_norm_ = {table, name + ".self_norm", width};
  qkv_ = {table, name + ".self_qkv", width, 3 * width};
  self_output_ = {table, name + ".self_output", width, width, branch_gain};
  self_ = {table, name + ".self_bias", {heads, depth, config.history}};
  cross_norm_ = {table, name + ".cross_norm", width};
  query_ = {table, name + ".cross_query", width, width};
  cross_output_ = {table, name + ".cross_output", width, width, branch_gain};
  cross_ = {table, name + ".cross_bias", {heads, depth, config.look_back + config.look_ahead}};
  feed_ = {table, name, ".feed_norm", width, config.expansion * width, branch_gain};
}

double DecoderLayer::multiply_adds_per_step() const {
  double sum = feed_.multiply_adds();
  for (const nn::Linear* linear : {&qkv_, &self_output_, &query_, &cross_output_})
    sum += 1.0 * linear->in * linear->out;
  return sum;
}

void DecoderLayer::forward(nn::Weights w, const std::vector<float>& stream,
                           const StepWindows& windows, const char* dropped,
                           const DecoderMemory& memory, const DecoderMemory::Cache& frames,
                           int index, std::vector<float>& history, Cache& cache) const {
  self_norm_.forward(w.values, stream, cache.self_input, cache.self_norm);
  qkv_.forward(w, cache.self_input, cache.qkv, cache.qkv_linear);
  const float* own = cache.qkv.data() + width_;
  for (const int row : windows.history_rows) {
    std::copy_n(own, 2 * width_, history.data() + area(row, 2 * width_));
    own += 3 * width_;
  }
  self_.forward(w.values, windows.history, {cache.qkv.data(), 3 * width_},
                {history.data(), 2 * width_}, {history.data() + width_, 2 * width_}, cache.self);
  self_output_.forward(w, cache.self.contexts, cache.cross_stream, cache.self_linear);
  clear_dropped_rows(dropped, width_, cache.cross_stream);
  add(stream, cache.cross_stream);

  cross_norm_.forward(w.values, cache.cross_stream, cache.cross_input, cache.cross_norm);
  query_.forward(w, cache.cross_input, cache.query, cache.query_linear);
  cross_.forward(w.values, windows.frames, {cache.query.data(), width_},
                 memory.at(frames, memory.keys(index)), memory.at(frames, memory.values(index)),
                 cache.cross);
  cross_output_.forward(w, cache.cross.contexts, cache.feed_stream, cache.cross_linear);
  add(cache.cross_stream, cache.feed_stream);

  feed_.forward(w, cache.feed_stream, cache.output, cache.feed);
  add(cache.feed_stream, cache.output);
}

void DecoderLayer::backward(const float* p, const StepWindows& windows, const char* dropped,
                            const DecoderMemory& memory, DecoderMemory::Cache& frames, int index,
                            const std::vector<float>& history, float* g,
                            std::vector<float>& dstream, Cache& cache) const {
  feed_.backward(p, dstream, g, cache.dinput, cache.feed);
  add(cache.dinput, dstream);
  cross_backward(p, windows, memory, frames, index, g, dstream, cache);
  self_backward(p, windows, dropped, history, g, dstream, cache);
}

void DecoderLayer::cross_backward(const float* p, const StepWindows& windows,
                                  const DecoderMemory& memory, DecoderMemory::Cache& frames,
                                  int index, float* g, std::vector<float>& dstream,
                                  Cache& cache) const {
  const int keys = memory.keys(index), values = memory.values(index);
  cross_output_.backward(p, dstream, g, cache.dcontext, cache.cross_linear);
  cache.dquery.resize(cache.query.size());
  cross_.backward(windows.frames, {cache.query.data(), width_}, memory.at(frames, keys),
                  memory.at(frames, values), cache.dcontext, {cache.dquery.data(), width_},
                  memory.gradient_at(frames, keys), memory.gradient_at(frames, values), g,
                  cache.cross);
  query_.backward(p, cache.dquery, g, cache.dinput, cache.query_linear);
  cross_norm_.backward(p, cache.dinput, g, cache.dinput, cache.cross_norm);
  add(cache.dinput, dstream);
}

void DecoderLayer::self_backward(const float* p, const StepWindows& windows, const char* dropped,
                                 const std::vector<float>& history, float* g,
                                 std::vector<float>& dstream, Cache& cache) const {
  cache.dbranch = dstream;
  clear_dropped_rows(dropped, width_, cache.dbranch);
  self_output_.backward(p, cache.dbranch, g, cache.dcontext, cache.self_linear);
  cache.dhistory.assign(2 * dstream.size(), 0.0F);
  cache.dqkv.resize(cache.qkv.size());
  self_.backward(windows.history, {cache.qkv.data(), 3 * width_}, {history.data(), 2 * width_},
                 {history.data() + width_, 2 * width_}, cache.dcontext,
                 {cache.dqkv.data(), 3 * width_}, {cache.dhistory.data(), 2 * width_},
                 {cache.dhistory.data() + width_, 2 * width_}, g, cache.self);
  const auto rows = static_cast<int>(windows.history.size());
  for (int r = 0; r < rows; ++r) {
    std::copy_n(cache.dhistory.data() + area(r, 2 * width_), 2 * width_,
                cache.dqkv.data() + area(r, 3 * width_) + width_);
  }
  qkv_.backward(p, cache.dqkv, g, cache.dinput, cache.qkv_linear);
  self_norm_.backward(p, cache.dinput, g, cache.dinput, cache.self_norm);
  add(cache.dinput, dstream);
}

}  // namespace pairalign::model

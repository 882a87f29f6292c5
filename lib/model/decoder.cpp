#include "model/decoder.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.hpp"
#include "base/multiversion.hpp"
#include "nn/functions.hpp"

namespace pairalign::model {
namespace {

using nn::add;
using nn::add_scaled;
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

// P = (1 − g) V + g C of one step; EOS, the last output, cannot be copied.
PAIRALIGN_MULTIVERSION
void blend(float gate, const float* vocabulary, const float* copied, int codes,
           float* probabilities) {
  for (int c = 0; c < codes; ++c)
    probabilities[c] = (1 - gate) * vocabulary[c] + gate * copied[c];
  probabilities[codes] = (1 - gate) * vocabulary[codes];
}

// dV, dC (written) and dg (returned) from dP
PAIRALIGN_MULTIVERSION
float blend_backward(float gate, const float* vocabulary, const float* copied, int codes,
                     const float* dprobabilities, float* dvocabulary, float* dcopied) {
  float dgate = -dprobabilities[codes] * vocabulary[codes];
  for (int c = 0; c < codes; ++c) {
    dgate += dprobabilities[c] * (copied[c] - vocabulary[c]);
    dvocabulary[c] = (1 - gate) * dprobabilities[c];
    dcopied[c] = gate * dprobabilities[c];
  }
  dvocabulary[codes] = (1 - gate) * dprobabilities[codes];
  return dgate;
}

const char* dropped(const DecoderBatch& batch) {
  return batch.self_dropped.empty() ? nullptr : batch.self_dropped.data();
}

// Backward through a projection of h, whose gradient is a sum over all of them.
void hidden_backward(const nn::Linear& linear, const float* p, const std::vector<float>& dy,
                     float* g, nn::Linear::Cache& linear_cache, Decoder::Cache& cache) {
  linear.backward(p, dy, g, cache.dpart, linear_cache);
  add(cache.dpart, cache.dhidden);
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

Decoder::Decoder(nn::TensorTable& table, const DecoderConfig& config, const Encoder& encoder)
    : config_(config), codes_(encoder.config().codes) {
  if (config.heads <= 0 || config.width % config.heads != 0) {
    throw Error("decoder", "its width of " + std::to_string(config.width) +
                               " does not divide into " + std::to_string(config.heads) + " heads");
  }
  const int frame_width = encoder.config().width, width = config.width;
  memory_ = {table, "decoder.memory", config, encoder};
  embedding_ = {table, "decoder.embedding", codes_ + 2, width};
  if (config.summary) summary_ = {table, "decoder.summary", frame_width, width};
  for (int i = 0; i < config.layers; ++i)
    layers_.emplace_back(table, "decoder.layer" + std::to_string(i), config);
  final_norm_ = {table, "decoder.final_norm", width};
  vocabulary_ = {table, "decoder.vocabulary", width, outputs()};
  if (config.copy) gate_ = {table, "decoder.gate", width, 1};
  pointer_query_ = {table, "decoder.pointer_query", width, config.pointer_width};
  pointer_.shape = {1, config.pointer_width, window()};
  pointer_.bias = table.add("decoder.pointer_bias", {window()}, false, 0);
  end_query_ = {table, "decoder.end_query", width, config.pointer_width};
  end_embedding_ = {table, "decoder.end_embedding", codes_, config.pointer_width};
  end_.shape = {1, config.pointer_width, config.longest};
  end_.bias = table.add("decoder.end_bias", {config.longest}, false, 0);
}

double Decoder::multiply_adds_per_step() const {
  double sum = 0;
  for (const DecoderLayer& layer : layers_)
    sum += layer.multiply_adds_per_step();
  for (const nn::Linear* linear : {&summary_, &vocabulary_, &gate_, &pointer_query_, &end_query_})
    sum += 1.0 * linear->in * linear->out;
  return sum;
}

// A step copies from the frame at its anchor, and its token ends at the next run boundary of the
// Viterbi path; without a path, lengths follow a geometric distribution.
void Decoder::initialise_from(const Encoder& encoder, float* p) const {
  constexpr float kGate = 2, kHere = 5, kUsualLength = 4, kBoundary = 6;
  memory_.initialise_copy(encoder, p);
  for (int d = 0; d < config_.longest; ++d)
    p[end_.bias + static_cast<std::size_t>(d)] = -static_cast<float>(d) / kUsualLength;
  if (!config_.copy) return;
  p[gate_.bias] = kGate;
  p[pointer_.bias + static_cast<std::size_t>(config_.look_back)] = kHere;
  // The first column of the end queries and keys encodes the boundary.
  const float root = std::sqrt(kBoundary * std::sqrt(static_cast<float>(config_.pointer_width)));
  p[end_query_.bias] = root;
  p[memory_.boundary() + static_cast<std::size_t>(memory_.end_keys())] = root;
}

nn::KeyWindow Decoder::frame_window(const DecoderSequence& sequence, int anchor) const {
  const int first = std::max(0, anchor - config_.look_back);
  const int last = std::min(sequence.frames, anchor + config_.look_ahead);
  return {sequence.first_frame + first, std::max(0, last - first),
          first - (anchor - config_.look_back)};
}

nn::KeyWindow Decoder::end_window(const DecoderSequence& sequence, int anchor) const {
  const int count = std::min(config_.longest, sequence.frames - anchor);
  return {sequence.first_frame + anchor, std::max(0, count), 0};
}

void Decoder::forward(nn::Weights w, const DecoderMemory::Cache& frames, const DecoderBatch& batch,
                      Cache& cache) const {
  StepWindows& windows = cache.windows;
  windows.frames.clear();
  windows.history.clear();
  cache.end_windows.clear();
  int row = 0;
  for (const DecoderSequence& sequence : batch.sequences) {
    for (int i = 0; i < sequence.steps; ++i, ++row) {
      const int anchor = batch.anchors[static_cast<std::size_t>(row)];
      const int seen = std::min(i + 1, config_.history);
      windows.frames.push_back(frame_window(sequence, anchor));
      windows.history.push_back({row + 1 - seen, seen, config_.history - seen});
      cache.end_windows.push_back(end_window(sequence, anchor));
    }
  }
  windows.history_rows.resize(static_cast<std::size_t>(row));
  std::iota(windows.history_rows.begin(), windows.history_rows.end(), 0);
  cache.history.resize(layers_.size());
  for (std::vector<float>& rows : cache.history)
    rows.resize(area(row, 2 * config_.width));

  step(w, frames, batch.inputs, cache, dropped(batch));
  ends(w, frames, batch.tokens, cache);
}

void Decoder::step(nn::Weights w, const DecoderMemory::Cache& frames,
                   const std::vector<int>& inputs, Cache& cache, const char* dropped) const {
  // x = E[input] + S mean(frames of the window)
  cache.rows = static_cast<int>(inputs.size());
  embedding_.forward(w.values, inputs, cache.embedded);
  if (config_.summary) {
    const auto width = static_cast<std::size_t>(summary_.in);
    cache.pooled.assign(area(cache.rows, summary_.in), 0.0F);
    for (std::size_t r = 0; r < inputs.size(); ++r) {
      const nn::KeyWindow& window = cache.windows.frames[r];
      const float share = 1.0F / static_cast<float>(std::max(1, window.count));
      for (int j = 0; j < window.count; ++j) {
        add_scaled(share, frames.frames + area(window.first + j, summary_.in), width,
                   cache.pooled.data() + r * width);
      }
    }
    summary_.forward(w, cache.pooled, cache.summary, cache.summary_linear);
    add(cache.summary, cache.embedded);
  }
  cache.layers.resize(layers_.size());
  const std::vector<float>* stream = &cache.embedded;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    layers_[i].forward(w, *stream, cache.windows, dropped, memory_, frames, static_cast<int>(i),
                       cache.history[i], cache.layers[i]);
    stream = &cache.layers[i].output;
  }
  final_norm_.forward(w.values, *stream, cache.hidden, cache.final_norm);
  outputs_forward(w, frames, cache);
}

void Decoder::outputs_forward(nn::Weights w, const DecoderMemory::Cache& frames,
                              Cache& cache) const {
  const int rows = cache.rows;
  const std::vector<nn::KeyWindow>& windows = cache.windows.frames;
  vocabulary_.forward(w, cache.hidden, cache.vocabulary, cache.vocabulary_linear);
  nn::softmax_forward(cache.vocabulary.data(), rows, outputs(), cache.vocabulary.data());
  pointer_query_.forward(w, cache.hidden, cache.pointer_queries, cache.pointer_linear);
  cache.pointer.resize(area(rows, window()));
  nn::window_weights_forward(
      pointer_.shape, windows, {cache.pointer_queries.data(), config_.pointer_width},
      memory_.at(frames, memory_.pointer_keys()), w.values + pointer_.bias, cache.pointer.data());
  if (!config_.copy) {
    cache.gate.assign(static_cast<std::size_t>(rows), 0.0F);
    cache.probabilities = cache.vocabulary;
    return;
  }
  gate_.forward(w, cache.hidden, cache.gate, cache.gate_linear);
  for (float& gate : cache.gate)
    gate = 1.0F / (1.0F + std::exp(-gate));
  cache.copied.resize(area(rows, codes_));
  nn::window_mix_forward({1, codes_, window()}, windows, cache.pointer.data(),
                         memory_.posteriors(frames), {cache.copied.data(), codes_});
  cache.probabilities.resize(cache.vocabulary.size());
  for (int r = 0; r < rows; ++r) {
    blend(cache.gate[static_cast<std::size_t>(r)], cache.vocabulary.data() + area(r, outputs()),
          cache.copied.data() + area(r, codes_), codes_,
          cache.probabilities.data() + area(r, outputs()));
  }
}

void Decoder::ends(nn::Weights w, const DecoderMemory::Cache& frames,
                   const std::vector<int>& tokens, Cache& cache) const {
  const int rows = cache.rows, width = config_.pointer_width;
  end_query_.forward(w, cache.hidden, cache.end_queries, cache.end_linear);
  cache.end_tokens = tokens;
  for (int r = 0; r < rows; ++r) {
    const int token = tokens[static_cast<std::size_t>(r)];
    if (token == eos()) {
      cache.end_windows[static_cast<std::size_t>(r)].count = 0;
      continue;
    }
    add(w.values + end_embedding_.weight + area(token, width), static_cast<std::size_t>(width),
        cache.end_queries.data() + area(r, width));
  }
  cache.ends.resize(area(rows, config_.longest));
  nn::window_weights_forward(end_.shape, cache.end_windows, {cache.end_queries.data(), width},
                             memory_.at(frames, memory_.end_keys()), w.values + end_.bias,
                             cache.ends.data());
}

void Decoder::backward(const float* p, const DecoderBatch& batch, DecoderMemory::Cache& frames,
                       OutputGradients& d, float* g, Cache& cache) const {
  cache.dhidden.assign(area(cache.rows, config_.width), 0.0F);
  const int width = config_.pointer_width;
  cache.dend_queries.resize(cache.end_queries.size());
  nn::window_weights_backward(end_.shape, cache.end_windows, {cache.end_queries.data(), width},
                              memory_.at(frames, memory_.end_keys()), cache.ends.data(),
                              d.ends.data(), {cache.dend_queries.data(), width},
                              memory_.gradient_at(frames, memory_.end_keys()), g + end_.bias);
  for (int r = 0; r < cache.rows; ++r) {
    const int token = cache.end_tokens[static_cast<std::size_t>(r)];
    if (token == eos()) continue;
    add(cache.dend_queries.data() + area(r, width), static_cast<std::size_t>(width),
        g + end_embedding_.weight + area(token, width));
  }
  hidden_backward(end_query_, p, cache.dend_queries, g, cache.end_linear, cache);

  outputs_backward(p, frames, d, g, cache);
  final_norm_.backward(p, cache.dhidden, g, cache.dhidden, cache.final_norm);
  for (std::size_t i = layers_.size(); i-- > 0;) {
    layers_[i].backward(p, cache.windows, dropped(batch), memory_, frames, static_cast<int>(i),
                        cache.history[i], g, cache.dhidden, cache.layers[i]);
  }

  embedding_.backward(batch.inputs, cache.dhidden, g);
  // The gradient of the summary goes to the frames directly, in addition to that of their
  // projection.
  if (!config_.summary) return;
  summary_.backward(p, cache.dhidden, g, cache.dpooled, cache.summary_linear);
  const auto frame_width = static_cast<std::size_t>(summary_.in);
  for (std::size_t r = 0; r < batch.inputs.size(); ++r) {
    const nn::KeyWindow& window = cache.windows.frames[r];
    const float share = 1.0F / static_cast<float>(std::max(1, window.count));
    for (int j = 0; j < window.count; ++j) {
      add_scaled(share, cache.dpooled.data() + r * frame_width, frame_width,
                 frames.dframes.data() + area(window.first + j, summary_.in));
    }
  }
}

void Decoder::outputs_backward(const float* p, DecoderMemory::Cache& frames, OutputGradients& d,
                               float* g, Cache& cache) const {
  const int rows = cache.rows;
  std::vector<float>& dlogits = config_.copy ? cache.dlogits : d.probabilities;
  if (config_.copy) {
    dlogits.resize(cache.vocabulary.size());
    cache.dcopied.resize(cache.copied.size());
    cache.dgate.resize(cache.gate.size());
    for (int r = 0; r < rows; ++r) {
      const float gate = cache.gate[static_cast<std::size_t>(r)];
      const std::size_t at = area(r, outputs()), code_at = area(r, codes_);
      cache.dgate[static_cast<std::size_t>(r)] =
          gate * (1 - gate) *
          blend_backward(gate, cache.vocabulary.data() + at, cache.copied.data() + code_at, codes_,
                         d.probabilities.data() + at, dlogits.data() + at,
                         cache.dcopied.data() + code_at);
    }
    nn::window_mix_backward({1, codes_, window()}, cache.windows.frames, cache.pointer.data(),
                            memory_.posteriors(frames), {cache.dcopied.data(), codes_},
                            d.pointer.data(), memory_.posterior_gradients(frames));
    hidden_backward(gate_, p, cache.dgate, g, cache.gate_linear, cache);
  }
  nn::softmax_backward(cache.vocabulary.data(), dlogits.data(), rows, outputs(), dlogits.data());
  hidden_backward(vocabulary_, p, dlogits, g, cache.vocabulary_linear, cache);

  cache.dpointer_queries.resize(cache.pointer_queries.size());
  nn::window_weights_backward(
      pointer_.shape, cache.windows.frames, {cache.pointer_queries.data(), config_.pointer_width},
      memory_.at(frames, memory_.pointer_keys()), cache.pointer.data(), d.pointer.data(),
      {cache.dpointer_queries.data(), config_.pointer_width},
      memory_.gradient_at(frames, memory_.pointer_keys()), g + pointer_.bias);
  hidden_backward(pointer_query_, p, cache.dpointer_queries, g, cache.pointer_linear, cache);
}

}  // namespace pairalign::model

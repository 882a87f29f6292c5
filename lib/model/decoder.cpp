#include "model/decoder.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.hpp"
#include "base/multiversion.hpp"
#include "nn/activation.hpp"
#include "nn/elementwise.hpp"
#include "nn/shape.hpp"

namespace pairalign::model {
namespace {

using nn::add;
using nn::add_scaled;
using nn::area;

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

}  // namespace

Decoder::Decoder(nn::TensorTable& table, const DecoderConfig& config, const Encoder& encoder)
    : config_(config), codes_(encoder.config().codes) {
  if (config.heads <= 0 || config.width % config.heads != 0) {
    throw Error("decoder", "its width of " + std::to_string(config.width) +
                               " does not divide into " + std::to_string(config.heads) + " heads");
  }
  const int frame_width = encoder.config().width, width = config.width;
  memory_ = {table,
             "decoder.memory",
             {config.layers, width, config.pointer_width, config.copy, config.copy_temperature,
              config.segment_penalty},
             encoder};
  embedding_ = {table, "decoder.embedding", codes_ + 2, width};
  if (config.summary) summary_ = {table, "decoder.summary", frame_width, width};
  const float branch_gain = 1.0F / std::sqrt(3.0F * static_cast<float>(config.layers));
  for (int i = 0; i < config.layers; ++i) {
    layers_.emplace_back(table, "decoder.layer" + std::to_string(i), width, config.heads,
                         config.expansion, window(), config.history, branch_gain);
  }
  final_norm_ = {table, "decoder.final_norm", width};
  vocabulary_ = {table, "decoder.vocabulary", width, outputs()};
  if (config.copy) gate_ = {table, "decoder.gate", width, 1};
  pointer_query_ = {table, "decoder.pointer_query", width, config.pointer_width};
  pointer_shape_ = {1, config.pointer_width, window()};
  pointer_bias_ = table.add("decoder.pointer_bias", {window()}, false, 0);
  end_query_ = {table, "decoder.end_query", width, config.pointer_width};
  end_embedding_ = {table, "decoder.end_embedding", codes_, config.pointer_width};
  end_shape_ = {1, config.pointer_width, config.longest};
  end_bias_ = table.add("decoder.end_bias", {config.longest}, false, 0);
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
    p[end_bias_ + static_cast<std::size_t>(d)] = -static_cast<float>(d) / kUsualLength;
  if (!config_.copy) return;
  p[gate_.bias] = kGate;
  p[pointer_bias_ + static_cast<std::size_t>(config_.look_back)] = kHere;
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

  embed(w, frames, batch.inputs, windows, cache);
  const char* dropped = batch.self_dropped.empty() ? nullptr : batch.self_dropped.data();
  run_layers(w, frames, windows, dropped, cache.history, cache);
  outputs_forward(w, frames, windows, cache);
  ends(w, frames, batch.tokens, cache.end_windows, cache);
}

void Decoder::step(nn::Weights w, const DecoderMemory::Cache& frames,
                   const std::vector<int>& inputs, const StepWindows& windows, History& history,
                   Cache& cache) const {
  embed(w, frames, inputs, windows, cache);
  run_layers(w, frames, windows, nullptr, history, cache);
  outputs_forward(w, frames, windows, cache);
}

// x = E[input] + S mean(frames of the window)
void Decoder::embed(nn::Weights w, const DecoderMemory::Cache& frames,
                    const std::vector<int>& inputs, const StepWindows& windows,
                    Cache& cache) const {
  cache.rows = static_cast<int>(inputs.size());
  cache.embedded.resize(area(cache.rows, config_.width));
  embedding_.forward(w.values, inputs, cache.embedded.data());
  if (!config_.summary) return;
  const auto width = static_cast<std::size_t>(summary_.in);
  cache.pooled.assign(area(cache.rows, summary_.in), 0.0F);
  for (std::size_t r = 0; r < inputs.size(); ++r) {
    const nn::KeyWindow& window = windows.frames[r];
    const float share = 1.0F / static_cast<float>(std::max(1, window.count));
    for (int j = 0; j < window.count; ++j) {
      add_scaled(share, frames.frames + area(window.first + j, summary_.in), width,
                 cache.pooled.data() + r * width);
    }
  }
  cache.summary.resize(cache.embedded.size());
  summary_.forward(w, cache.pooled.data(), cache.rows, cache.summary.data(), cache.summary_linear);
  add(cache.summary.data(), cache.summary.size(), cache.embedded.data());
}

void Decoder::run_layers(nn::Weights w, const DecoderMemory::Cache& frames,
                         const StepWindows& windows, const char* dropped, History& history,
                         Cache& cache) const {
  cache.layers.resize(layers_.size());
  const std::vector<float>* stream = &cache.embedded;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    layers_[i].forward(w, *stream, cache.rows, windows, dropped, memory_, frames,
                       static_cast<int>(i), history[i], cache.layers[i]);
    stream = &cache.layers[i].output;
  }
  cache.hidden.resize(area(cache.rows, config_.width));
  final_norm_.forward(w.values, stream->data(), cache.rows, cache.hidden.data(), cache.final_norm);
}

void Decoder::outputs_forward(nn::Weights w, const DecoderMemory::Cache& frames,
                              const StepWindows& windows, Cache& cache) const {
  const int rows = cache.rows;
  cache.vocabulary.resize(area(rows, outputs()));
  vocabulary_.forward(w, cache.hidden.data(), rows, cache.vocabulary.data(),
                      cache.vocabulary_linear);
  nn::softmax_forward(cache.vocabulary.data(), rows, outputs(), cache.vocabulary.data());
  cache.pointer_queries.resize(area(rows, config_.pointer_width));
  pointer_query_.forward(w, cache.hidden.data(), rows, cache.pointer_queries.data(),
                         cache.pointer_linear);
  cache.pointer.resize(area(rows, window()));
  nn::window_weights_forward(
      pointer_shape_, windows.frames, {cache.pointer_queries.data(), config_.pointer_width},
      memory_.at(frames, memory_.pointer_keys()), w.values + pointer_bias_, cache.pointer.data());
  cache.gate.assign(static_cast<std::size_t>(rows), 0.0F);
  if (!config_.copy) {
    cache.probabilities = cache.vocabulary;
    return;
  }
  gate_.forward(w, cache.hidden.data(), rows, cache.gate.data(), cache.gate_linear);
  for (float& gate : cache.gate)
    gate = 1.0F / (1.0F + std::exp(-gate));
  cache.copied.resize(area(rows, codes_));
  nn::window_mix_forward({1, codes_, window()}, windows.frames, cache.pointer.data(),
                         memory_.posteriors(frames), {cache.copied.data(), codes_});
  cache.probabilities.resize(cache.vocabulary.size());
  for (int r = 0; r < rows; ++r) {
    blend(cache.gate[static_cast<std::size_t>(r)], cache.vocabulary.data() + area(r, outputs()),
          cache.copied.data() + area(r, codes_), codes_,
          cache.probabilities.data() + area(r, outputs()));
  }
}

void Decoder::ends(nn::Weights w, const DecoderMemory::Cache& frames,
                   const std::vector<int>& tokens, const std::vector<nn::KeyWindow>& windows,
                   Cache& cache) const {
  const int rows = cache.rows, width = config_.pointer_width;
  cache.end_queries.resize(area(rows, width));
  end_query_.forward(w, cache.hidden.data(), rows, cache.end_queries.data(), cache.end_linear);
  cache.end_tokens = tokens;
  cache.end_windows = windows;
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
  nn::window_weights_forward(end_shape_, cache.end_windows, {cache.end_queries.data(), width},
                             memory_.at(frames, memory_.end_keys()), w.values + end_bias_,
                             cache.ends.data());
}

void Decoder::backward(const float* p, const DecoderBatch& batch, DecoderMemory::Cache& frames,
                       OutputGradients& d, float* g, Cache& cache) const {
  const int rows = cache.rows;
  cache.dhidden.assign(area(rows, config_.width), 0.0F);
  cache.dpart.resize(cache.dhidden.size());
  ends_backward(p, frames, d.ends, g, cache);
  outputs_backward(p, frames, d, g, cache);
  final_norm_.backward(p, cache.dhidden.data(), g, cache.dhidden.data(), cache.final_norm);
  const char* dropped = batch.self_dropped.empty() ? nullptr : batch.self_dropped.data();
  for (std::size_t i = layers_.size(); i-- > 0;) {
    layers_[i].backward(p, rows, cache.windows, dropped, memory_, frames, static_cast<int>(i),
                        cache.history[i], g, cache.dhidden, cache.layers[i]);
  }
  embed_backward(p, batch.inputs, frames, g, cache);
}

void Decoder::ends_backward(const float* p, DecoderMemory::Cache& frames, std::vector<float>& dends,
                            float* g, Cache& cache) const {
  const int width = config_.pointer_width;
  cache.dend_queries.resize(cache.end_queries.size());
  nn::window_weights_backward(end_shape_, cache.end_windows, {cache.end_queries.data(), width},
                              memory_.at(frames, memory_.end_keys()), cache.ends.data(),
                              dends.data(), {cache.dend_queries.data(), width},
                              memory_.gradient_at(frames, memory_.end_keys()), g + end_bias_);
  for (int r = 0; r < cache.rows; ++r) {
    const int token = cache.end_tokens[static_cast<std::size_t>(r)];
    if (token == eos()) continue;
    add(cache.dend_queries.data() + area(r, width), static_cast<std::size_t>(width),
        g + end_embedding_.weight + area(token, width));
  }
  end_query_.backward(p, cache.dend_queries.data(), g, cache.dpart.data(), cache.end_linear);
  add(cache.dpart.data(), cache.dpart.size(), cache.dhidden.data());
}

void Decoder::outputs_backward(const float* p, DecoderMemory::Cache& frames, OutputGradients& d,
                               float* g, Cache& cache) const {
  const int rows = cache.rows;
  float* dlogits = d.probabilities.data();
  if (config_.copy) {
    cache.dlogits.resize(cache.vocabulary.size());
    cache.dcopied.resize(cache.copied.size());
    cache.dgate.resize(cache.gate.size());
    for (int r = 0; r < rows; ++r) {
      const float gate = cache.gate[static_cast<std::size_t>(r)];
      const std::size_t at = area(r, outputs()), code_at = area(r, codes_);
      cache.dgate[static_cast<std::size_t>(r)] =
          gate * (1 - gate) *
          blend_backward(gate, cache.vocabulary.data() + at, cache.copied.data() + code_at, codes_,
                         d.probabilities.data() + at, cache.dlogits.data() + at,
                         cache.dcopied.data() + code_at);
    }
    dlogits = cache.dlogits.data();
    nn::window_mix_backward({1, codes_, window()}, cache.windows.frames, cache.pointer.data(),
                            memory_.posteriors(frames), {cache.dcopied.data(), codes_},
                            d.pointer.data(), memory_.posterior_gradients(frames));
    gate_.backward(p, cache.dgate.data(), g, cache.dpart.data(), cache.gate_linear);
    add(cache.dpart.data(), cache.dpart.size(), cache.dhidden.data());
  }
  nn::softmax_backward(cache.vocabulary.data(), dlogits, rows, outputs(), dlogits);
  vocabulary_.backward(p, dlogits, g, cache.dpart.data(), cache.vocabulary_linear);
  add(cache.dpart.data(), cache.dpart.size(), cache.dhidden.data());

  cache.dpointer_queries.resize(cache.pointer_queries.size());
  nn::window_weights_backward(
      pointer_shape_, cache.windows.frames, {cache.pointer_queries.data(), config_.pointer_width},
      memory_.at(frames, memory_.pointer_keys()), cache.pointer.data(), d.pointer.data(),
      {cache.dpointer_queries.data(), config_.pointer_width},
      memory_.gradient_at(frames, memory_.pointer_keys()), g + pointer_bias_);
  pointer_query_.backward(p, cache.dpointer_queries.data(), g, cache.dpart.data(),
                          cache.pointer_linear);
  add(cache.dpart.data(), cache.dpart.size(), cache.dhidden.data());
}

// The gradient of the summary goes to the frames directly, in addition to that of their projection.
void Decoder::embed_backward(const float* p, const std::vector<int>& inputs,
                             DecoderMemory::Cache& frames, float* g, Cache& cache) const {
  embedding_.backward(inputs, cache.dhidden.data(), g);
  if (!config_.summary) return;
  cache.dpooled.resize(cache.pooled.size());
  summary_.backward(p, cache.dhidden.data(), g, cache.dpooled.data(), cache.summary_linear);
  const auto width = static_cast<std::size_t>(summary_.in);
  for (std::size_t r = 0; r < inputs.size(); ++r) {
    const nn::KeyWindow& window = cache.windows.frames[r];
    const float share = 1.0F / static_cast<float>(std::max(1, window.count));
    for (int j = 0; j < window.count; ++j) {
      add_scaled(share, cache.dpooled.data() + r * width, width,
                 frames.dframes.data() + area(window.first + j, summary_.in));
    }
  }
}

}  // namespace pairalign::model

// One layer of the decoder: self-attention over the last steps, cross-attention over the frames
// around each step's anchor, feed-forward; each preceded by a layer norm and added to the residual
// stream.
#pragma once

#include <string>
#include <vector>

#include "model/decoder_memory.hpp"
#include "nn/layers.hpp"
#include "nn/window_attention.hpp"

namespace pairalign::model {

/// What each step sees: frames of the recording, and the steps before it.
struct StepWindows {
  std::vector<nn::KeyWindow> frames;   ///< rows of DecoderMemory
  std::vector<nn::KeyWindow> history;  ///< rows of the keys and values of steps
  std::vector<int> history_rows;       ///< the row there that receives this step's own
};

class DecoderLayer {
 public:
  DecoderLayer() = default;
  DecoderLayer(nn::TensorTable& table, const std::string& name, const DecoderConfig& config);

  double multiply_adds_per_step() const;

  struct Cache {
    std::vector<float> output;  ///< (rows, width): the residual stream after this layer

    std::vector<float> self_input, qkv, cross_stream, cross_input, query, feed_stream;
    nn::LayerNorm::Cache self_norm, cross_norm;
    nn::Linear::Cache qkv_linear, self_linear, query_linear, cross_linear;
    nn::WindowAttention::Cache self, cross;
    nn::FeedForward::Cache feed;
    std::vector<float> dbranch, dcontext, dinput, dquery, dqkv, dhistory;
  };

  /// `stream`: (rows, width), the residual stream. Keys and values of these steps are written to
  /// their rows of `history`, (…, 2 · width), to which windows.history refers; `memory` columns are
  /// those of layer `index`. `dropped`: per step, whether its self-attention branch is dropped; or
  /// null.
  void forward(nn::Weights w, const std::vector<float>& stream, const StepWindows& windows,
               const char* dropped, const DecoderMemory& memory, const DecoderMemory::Cache& frames,
               int index, std::vector<float>& history, Cache& cache) const;

  /// After a forward in which step r was row r of `history`. `dstream`: gradient of cache.output on
  /// entry, of the input stream on return. Adds to the gradients of the memory.
  void backward(const float* p, const StepWindows& windows, const char* dropped,
                const DecoderMemory& memory, DecoderMemory::Cache& frames, int index,
                const std::vector<float>& history, float* g, std::vector<float>& dstream,
                Cache& cache) const;

 private:
  void cross_backward(const float* p, const StepWindows& windows, const DecoderMemory& memory,
                      DecoderMemory::Cache& frames, int index, float* g,
                      std::vector<float>& dstream, Cache& cache) const;
  void self_backward(const float* p, const StepWindows& windows, const char* dropped,
                     const std::vector<float>& history, float* g, std::vector<float>& dstream,
                     Cache& cache) const;

  int width_ = 0;
  nn::LayerNorm self_norm_, cross_norm_;
  nn::Linear qkv_, self_output_, query_, cross_output_;
  nn::WindowAttention self_, cross_;
  nn::FeedForward feed_;
};

}  // namespace pairalign::model

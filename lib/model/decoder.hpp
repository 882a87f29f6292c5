// The autoregressive decoder: reads a recording from left to right and writes its token string,
// from BOS to EOS, each token with the frames it stands for.
//
// Each step has an *anchor*, the frame where its token begins, and sees the tokens before it:
//
//   x  = E[previous token] + S mean(memory in the window)
//   x += selfattention(norm(x))     over the last `history` steps
//   x += crossattention(norm(x))    over the frames [anchor − look_back, anchor + look_ahead)
//   x += W₂ gelu(W₁ norm(x))                                              × layers; h = norm(x)
//   V  = softmax(h W_v)                      over the codes and EOS
//   w  = pointer: attention of h over the same window
//   C  = Σ_j w_j · posterior_j               copy: posterior_j = softmax(cos(frame j, codes) / τ)
//   P  = (1 − g) V + g C,  g = σ(h w_g)
//   D  = softmax over ends anchor + 1 … anchor + longest, of (h W_d + E_d[token]) · key_j
//
// and the end of its token is the anchor of the next step. Every attention has a relative-position
// bias and nothing else encodes position, so the decoder is shift-equivariant, slides along a
// recording of any length, and yields the time of each token at no extra cost. Pointer and copy:
// Vinyals et al. 2015, See et al. 2017; the memory is the output of the encoder after its last
// norm.
#pragma once

#include <string>
#include <vector>

#include "model/decoder_memory.hpp"
#include "model/encoder.hpp"
#include "nn/layers.hpp"
#include "nn/tensor_table.hpp"
#include "nn/window_attention.hpp"

namespace pairalign::model {

/// What each step sees: frames of the recording, and the steps before it.
struct StepWindows {
  std::vector<nn::KeyWindow> frames;   ///< rows of DecoderMemory
  std::vector<nn::KeyWindow> history;  ///< rows of the keys and values of steps
  std::vector<int> history_rows;       ///< the row there that receives this step's own
};

/// One layer: self-attention over the last steps, cross-attention over the frames around each
/// step's anchor, feed-forward; each preceded by a layer norm and added to the residual stream.
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
  int width_ = 0;
  nn::LayerNorm self_norm_, cross_norm_;
  nn::Linear qkv_, self_output_, query_, cross_output_;
  nn::WindowAttention self_, cross_;
  nn::FeedForward feed_;
};

/// A string and its condition: `steps` steps that read frames [first_frame, first_frame + frames)
/// of the packed memory. Several strings may share a condition.
struct DecoderSequence {
  int steps = 0;
  int first_frame = 0, frames = 0;
};

/// Strings whose tokens are known (teacher forcing), the steps of all sequences laid end to end.
/// The target of a sequence's last step is EOS.
struct DecoderBatch {
  std::vector<DecoderSequence> sequences;
  std::vector<int> inputs;   ///< the previous token as given to the step: a token, BOS or MASK
  std::vector<int> anchors;  ///< frame of the sequence where the step's token begins; 0 … frames
  std::vector<int> tokens;   ///< the token or EOS that the step writes; its end depends on it
  std::vector<char> self_dropped;  ///< per step: whether self-attention is dropped; empty: never
};

class Decoder {
 public:
  /// Registers its tensors in `table`, after those of `encoder`, whose codebook it copies from.
  Decoder(nn::TensorTable& table, const DecoderConfig& config, const Encoder& encoder);

  const DecoderConfig& config() const { return config_; }
  int codes() const { return codes_; }
  int bos() const { return codes_; }       ///< read first; never written
  int eos() const { return codes_; }       ///< written last; never read
  int mask() const { return codes_ + 1; }  ///< read in place of a hidden token
  int outputs() const { return codes_ + 1; }
  int window() const { return config_.look_back + config_.look_ahead; }
  /// Multiply-adds of the matrix products, per frame of memory and per step.
  double multiply_adds_per_frame() const { return memory_.multiply_adds_per_frame(); }
  double multiply_adds_per_step() const;

  const DecoderMemory& memory() const { return memory_; }

  /// Initialises `p` so that the decoder copies the tokens of the duration-penalised VQ path, run
  /// by run.
  void initialise_from(const Encoder& encoder, float* p) const;

  /// The frames that a step at `anchor` of a sequence sees, and those that may be the last of its
  /// token.
  nn::KeyWindow frame_window(const DecoderSequence& sequence, int anchor) const;
  nn::KeyWindow end_window(const DecoderSequence& sequence, int anchor) const;

  /// Buffers of a pass over some steps, one row per step, kept between calls. One per thread.
  struct Cache {
    int rows = 0;
    std::vector<float> hidden;         ///< (rows, width): h
    std::vector<float> vocabulary;     ///< (rows, outputs): V
    std::vector<float> gate;           ///< (rows): g; 0 without the copy path
    std::vector<float> pointer;        ///< (rows, window): w
    std::vector<float> copied;         ///< (rows, codes): C
    std::vector<float> probabilities;  ///< (rows, outputs): P; sums to 1 − g over an empty window
    std::vector<float> ends;           ///< (rows, longest): D

    StepWindows windows;                      ///< of the steps; set by `forward`, read by `step`
    std::vector<nn::KeyWindow> end_windows;   ///< likewise, read by `ends`
    std::vector<std::vector<float>> history;  ///< keys and values of steps, (rows, 2 · width) each
    std::vector<int> end_tokens;
    std::vector<DecoderLayer::Cache> layers;
    std::vector<float> embedded, pooled, summary;
    std::vector<float> pointer_queries, end_queries;
    nn::LayerNorm::Cache final_norm;
    nn::Linear::Cache vocabulary_linear, pointer_linear, end_linear, gate_linear, summary_linear;
    std::vector<float> dhidden, dpart, dlogits, dcopied, dgate, dpointer_queries, dend_queries;
    std::vector<float> dpooled;
  };

  /// Computes some steps, except for their ends: `inputs` and cache.windows → vocabulary, gate,
  /// pointer, copied, probabilities. Keys and values of these steps are written to rows
  /// windows.history_rows of cache.history, one matrix per layer, which must be large enough;
  /// windows.history gives the rows that each step sees. `dropped`: per step, whether
  /// self-attention is dropped; null: never.
  void step(nn::Weights w, const DecoderMemory::Cache& frames, const std::vector<int>& inputs,
            Cache& cache, const char* dropped = nullptr) const;
  /// The end distributions of the steps last computed, in cache.end_windows, given the tokens they
  /// write (EOS has no end: its row is zero, and its window becomes empty).
  void ends(nn::Weights w, const DecoderMemory::Cache& frames, const std::vector<int>& tokens,
            Cache& cache) const;

  /// Teacher forcing: all steps of a batch at once, ends included.
  void forward(nn::Weights w, const DecoderMemory::Cache& frames, const DecoderBatch& batch,
               Cache& cache) const;

  /// Gradients with respect to the outputs of `forward`; overwritten.
  struct OutputGradients {
    std::vector<float> probabilities;  ///< (rows, outputs)
    std::vector<float> pointer;        ///< (rows, window)
    std::vector<float> ends;           ///< (rows, longest)
  };
  /// After `forward`: adds to the gradients `g` and to those in `frames`, for which
  /// DecoderMemory::backward must be called afterwards.
  void backward(const float* p, const DecoderBatch& batch, DecoderMemory::Cache& frames,
                OutputGradients& d, float* g, Cache& cache) const;

 private:
  void outputs_forward(nn::Weights w, const DecoderMemory::Cache& frames, Cache& cache) const;
  void outputs_backward(const float* p, DecoderMemory::Cache& frames, OutputGradients& d, float* g,
                        Cache& cache) const;

  DecoderConfig config_;
  int codes_ = 0;
  DecoderMemory memory_;
  nn::Embedding embedding_;
  nn::Linear summary_;
  std::vector<DecoderLayer> layers_;
  nn::LayerNorm final_norm_;
  nn::Linear vocabulary_, gate_, pointer_query_, end_query_;
  nn::Embedding end_embedding_;
  nn::WindowAttention pointer_, end_;
};

}  // namespace pairalign::model

// The geometric encoder: log-mel features to unit vectors at 50 frames per second, and their
// similarity to the codes of a codebook.
//
//   features (100/s, bands) → 1-D convolution, stride 2 → layer norm
//     → blocks × [ x + W₂ gelu(W₁ norm(depthwise(x))) ]        (ConvNeXt, Liu et al. 2022)
//     → layer norm → linear to `dimension`
//
// No output depends on frames further away than `context()` or on statistics of the recording, so
// the encoder is shift-equivariant and a recording may be encoded in pieces.
#pragma once

#include <vector>

#include "nn/layers.hpp"
#include "nn/tensor_table.hpp"

namespace pairalign::model {

struct EncoderConfig {
  int bands = 80;     ///< of the features
  int width = 256;    ///< channels of a block
  int expansion = 2;  ///< hidden width of a block, in widths
  int blocks = 5;
  int kernel = 9;      ///< of the depthwise convolution, frames of 20 ms
  int dimension = 64;  ///< of the embedding that is compared with codes
  int codes = 512;     ///< size of the codebook: the vocabulary
};

/// log-mel frames (10 ms) per encoder frame (20 ms).
inline constexpr int kStride = 2;
inline constexpr int kFrameMilliseconds = 20;
inline constexpr double kFramesPerSecond = 1000.0 / kFrameMilliseconds;

class Encoder {
 public:
  /// Registers its tensors, codebook included, in `table`.
  Encoder(nn::TensorTable& table, const EncoderConfig& config);

  const EncoderConfig& config() const { return config_; }
  /// Frames before and after a frame that its output depends on.
  int context() const;
  int output_length(int feature_frames) const { return stem_.output_length(feature_frames); }
  /// Multiply-adds of the matrix products, per encoder frame, codebook included.
  double multiply_adds_per_frame() const;

  struct BlockCache {
    std::vector<float> convolved;  // (rows, width): output of the depthwise convolution
    std::vector<float> output;     // (rows, width): the residual stream after this block
    nn::FeedForward::Cache feed;
  };
  /// Buffers of a forward pass: kept between calls so that nothing is allocated once they have
  /// grown, and read by backward. One per thread.
  struct Cache {
    std::vector<int> lengths;        // encoder frames of each sequence
    int rows = 0;                    // their sum
    std::vector<float> stem, input;  // (rows, width)
    std::vector<float> final;        ///< (rows, width): after the last norm
    std::vector<BlockCache> blocks;
    std::vector<float> dx, dconvolved, dbranch;
    nn::Conv1d::Cache stem_conv;
    nn::LayerNorm::Cache stem_norm, final_norm;
    nn::Linear::Cache projection;
  };

  /// `features`: sequences laid end to end, (Σ feature_lengths, bands); frames outside a sequence
  /// count as `silence`. Writes embeddings (Σ output lengths, dimension), not yet normalised.
  /// `training` keeps what backward needs; without it the blocks share one set of buffers.
  void forward(nn::Weights w, const float* features, const std::vector<int>& feature_lengths,
               float silence, bool training, std::vector<float>& embeddings, Cache& cache) const;

  /// After a forward with `training`: adds to the gradients `g`, given those of the embeddings and
  /// those of cache.final, (rows, width), or null if nothing else reads it.
  void backward(const float* p, const float* dembeddings, const float* dfinal, float* g,
                Cache& cache) const;

  /// Offset of the codebook (codes, dimension).
  std::size_t codebook() const { return codebook_; }
  const nn::Linear& projection() const { return projection_; }

 private:
  struct Block {
    nn::DepthwiseConv1d depthwise;
    nn::FeedForward feed;
  };

  EncoderConfig config_;
  nn::Conv1d stem_;
  nn::LayerNorm stem_norm_;
  std::vector<Block> blocks_;
  nn::LayerNorm final_norm_;
  nn::Linear projection_;
  std::size_t codebook_ = 0;
};

}  // namespace pairalign::model

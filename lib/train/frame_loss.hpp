// The frame loss of wav2tok 2.0 on embeddings of frames against unit codes: the likelihood of the
// code that the other view has at the same moment.
#pragma once

#include <vector>

#include "nn/matmul.hpp"

namespace pairalign::train {

struct FrameTargets {
  std::vector<int> codes;       ///< (rows)
  std::vector<double> weights;  ///< (rows)
};

/// A weight of 0 turns the loss off.
struct FrameLossConfig {
  double temperature = 1;   ///< of the softmax over cosines
  double frame_weight = 0;  ///< of the likelihood, times FrameTargets::weights
};

struct FrameLosses {
  double frame = 0;   ///< weighed
  double agreed = 0;  ///< weight of the frames whose nearest code is the target
};

/// Kept between calls. One per thread.
struct FrameLossBuffers {
  std::vector<float> norms, scores, targets, weights, dscores;
  nn::Operand frames, codes;
};

/// `embeddings` (rows, dimension), normalised here; `codes` (count, dimension) of unit length.
/// Writes the gradient with respect to the embeddings as they came; codes are left as they are.
FrameLosses frame_loss(const FrameLossConfig& config, const FrameTargets& targets,
                       const float* codes, int count, int dimension, nn::Precision precision,
                       std::vector<float>& embeddings, std::vector<float>& dembeddings,
                       FrameLossBuffers& work);

}  // namespace pairalign::train

// The two losses of wav2tok 2.0 on embeddings of frames against unit codes: the likelihood of the
// code that the other view has at the same moment, and blank-free CTC against the other view's
// string of distinct tokens (ctc.hpp).
#pragma once

#include <vector>

#include "nn/matmul.hpp"

namespace pairalign::train {

struct FrameTargets {
  std::vector<int> codes;       ///< (rows)
  std::vector<double> weights;  ///< (rows); of the likelihood alone
  struct String {
    int frames = 0;  ///< rows of this sequence; they stand one after the other
    std::vector<int> tokens;
  };
  std::vector<String> strings;
};

/// A weight of 0 turns a loss off.
struct FrameLossConfig {
  double temperature = 1;   ///< of the softmax over cosines
  double frame_weight = 0;  ///< of the likelihood, times FrameTargets::weights
  double ctc_weight = 0;    ///< of each string's CTC, per frame
};

struct FrameLosses {
  double frame = 0;   ///< weighed
  double ctc = 0;     ///< sum over the strings that fit into their frames, per frame, not weighed
  double agreed = 0;  ///< weight of the frames whose nearest code is the target
};

/// Kept between calls. One per thread.
struct FrameLossBuffers {
  std::vector<float> norms, scores, targets, weights, dscores;
  nn::Operand frames, codes, gradients;
};

/// `embeddings` (rows, dimension), normalised here; `codes` (count, dimension) of unit length.
/// Writes the gradient with respect to the embeddings as they came; codes are left as they are.
FrameLosses frame_loss(const FrameLossConfig& config, const FrameTargets& targets,
                       const float* codes, int count, int dimension, nn::Precision precision,
                       std::vector<float>& embeddings, std::vector<float>& dembeddings,
                       FrameLossBuffers& work);

}  // namespace pairalign::train

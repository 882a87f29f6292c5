// What the decoder's outputs are held against, with gradients.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/decoder.hpp"
#include "train/communicator.hpp"
#include "train/recipe.hpp"
#include "train/target_string.hpp"

namespace pairalign::train {

/// The outputs of one pass of the decoder, and the gradients that the losses add to.
struct DecoderOutputs {
  const model::Decoder& decoder;
  const model::DecoderBatch& batch;
  const model::Decoder::Cache& cache;
  model::Decoder::OutputGradients& gradients;
};

/// Zero gradients of the right sizes.
void clear(const model::Decoder& decoder, int rows, model::Decoder::OutputGradients& gradients);

/// Weight of a step in the loss of its batch, by whether it stood behind a MASK. Together, all
/// steps of a batch have weight 1.
struct StepWeights {
  double masked = 0, unmasked = 0;
};
/// `masked_weight` is the share of the steps behind a MASK, if there are both kinds.
StepWeights step_weights(std::int64_t masked, std::int64_t unmasked, double masked_weight);

/// Sums over the steps of the teacher-forced strings; `weight` of those in the loss.
struct StringTerms {
  double positive = 0;      ///< weighted −log P(token)
  double pointer = 0;       ///< weighted −log of the pointer's mass inside the token's span
  double end = 0;           ///< weighted −log D(end)
  double correct = 0;       ///< weighted share of steps whose likeliest token is the target
  double near_end = 0;      ///< weighted share of tokens whose median end is within a frame
  double mass = 0;          ///< weighted mass of the pointer inside the span
  double weight = 0;        ///< of all steps
  double token_weight = 0;  ///< of the steps that are not EOS

  void operator+=(const StringTerms& other);
  void sum_over(const Communicator& peers);
};

/// Of the steps from `first_row` on, one for each of `targets`.
StringTerms string_loss(const DecoderStageConfig& config, const std::vector<StepTarget>& targets,
                        int first_row, const StepWeights& weights, const DecoderOutputs& outputs);

/// The entropy of the mean distribution over tokens of rows [0, rows), in nats; its reward is
/// `weight`.
double entropy_reward(int rows, double weight, const DecoderOutputs& outputs);

/// A softmax classification: the mean log-likelihood per token of sequence `own` against those of
/// sequences `others`, over `temperature`. Returns −log of the share of `own`, which is minimised
/// with `weight`; `correct` tells whether `own` is the likeliest.
double contrast_loss(std::size_t own, const std::vector<std::size_t>& others, double temperature,
                     double weight, const DecoderOutputs& outputs, bool& correct);

/// For each of some strings, the `count` nearest by edit distance over the longer length, ties by
/// index: the hardest to tell apart. `contents`: what each holds; those of one content do not stand
/// against each other.
std::vector<std::vector<std::size_t>> hardest_negatives(const std::vector<TargetString>& strings,
                                                        const std::vector<int>& contents,
                                                        int count);

}  // namespace pairalign::train

// Stages II and III: the autoregressive decoder.
//
//   teacher (EMA), clean crop          → its string: the duration-penalised Viterbi path of the
//                                        geometric tokenizer (II), or what the teacher decodes
//                                        freely (III); one token for every frame of the crop
//   student, degraded pieces of it     → the decoder must write that string, teacher forcing over a
//                                        corrupted prefix; pointer and ends are trained on the
//                                        frames of each token
//
// PairAlign (arXiv 2605.06582) with targets computed in context and the student's pieces cut at
// random, so that invariance to noise, channel and context is learnt together. This includes the
// published cross-pairing: all pieces of a crop are taught the same string.
#pragma once

#include <optional>
#include <vector>

#include "model/decoder.hpp"
#include "train/objective.hpp"
#include "train/stage.hpp"

namespace pairalign::train {

/// The current penalty of the path in the decoder's memory, controlled to keep the target token
/// rate; empty for a decoder without a path, or before the first step of its stages.
std::optional<double> path_penalty(const model::DecoderConfig& decoder, const TrainingState& state);

class DecoderStage : public Stage {
 public:
  /// `name` determines the random seed of the stage. All arguments must outlive the stage; `table`
  /// holds the tensors of the encoder, then those of `decoder`.
  DecoderStage(const std::string& name, const DecoderStageConfig& config, const Run& run,
               const model::Decoder& decoder, const nn::TensorTable& table);

  StepReport compute_gradients(TrainingState& state) override;

 private:
  struct Workspace;

  std::vector<float> initial_parameters(const std::vector<float>& earlier) const override;
  void finish_step(const StepReport& report, TrainingState& state) const override;
  void prepare_choices(TrainingState& state);
  void teacher_pass(const TrainingState& state, DecoderShard& shard) const;
  void geometric_targets(const TrainingState& state, const std::vector<float>& embeddings,
                         const std::vector<int>& lengths, DecoderShard& shard,
                         Workspace& work) const;
  void decoded_targets(const TrainingState& state, const std::vector<int>& lengths,
                       DecoderShard& shard, Workspace& work) const;
  void make_batch(const TrainingState& state, std::size_t index);
  void add_contrasts(Random& random, DecoderShard& shard) const;
  BatchScales scales() const;
  void write_own_prefixes(const float* p, DecoderShard& shard, Workspace& work) const;
  void student_pass(const TrainingState& state, const BatchScales& scales, std::size_t index);
  void describe_targets(const TrainingState& state, StepReport& report) const;
  StepReport describe_step(const TrainingState& state) const;

  const DecoderStageConfig& config_;
  const model::Decoder& decoder_;
  // Of the current step: factors on token probabilities, and offsets on code similarities, before
  // the teacher chooses. Both (codes).
  std::vector<float> token_weights_, code_offsets_;
  std::vector<DecoderShard> shards_;  // of this process
  OwnShards own_shards_;
};

}  // namespace pairalign::train

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

#include "audio/log_mel.hpp"
#include "base/thread_pool.hpp"
#include "model/decoder.hpp"
#include "model/encoder.hpp"
#include "train/crop_plan.hpp"
#include "train/objective.hpp"
#include "train/pcm_store.hpp"
#include "train/recipe.hpp"
#include "train/stage.hpp"
#include "train/views.hpp"

namespace pairalign::train {

/// The current penalty of the path in the decoder's memory, controlled to keep the target token
/// rate; empty for a decoder without a path, or before the first step of its stages.
std::optional<double> path_penalty(const model::DecoderConfig& decoder, const TrainingState& state);

class DecoderStage : public Stage {
 public:
  /// `name` determines the random seed of the stage. All arguments must outlive the stage; `table`
  /// holds the tensors of `encoder`, then those of `decoder`.
  DecoderStage(const std::string& name, const DecoderStageConfig& config, const Recipe& recipe,
               const model::Encoder& encoder, const model::Decoder& decoder,
               const nn::TensorTable& table, const PcmStore& store, const NoiseBank& noise,
               const NaturalPairs& pairs, nn::Precision precision, ThreadPool& pool,
               const Communicator& peers = Communicator::alone());

  std::int64_t steps() const override { return config_.steps; }
  const nn::TensorTable& table() const override { return table_; }
  std::vector<float> initial_parameters(const std::vector<float>& earlier) const override;
  StepReport step(TrainingState& state) override;
  std::vector<float> export_parameters(const TrainingState& state) const override {
    return state.teacher;
  }

  /// The first half of a step: the loss and its gradient with respect to the student.
  StepReport compute_gradients(TrainingState& state);
  const std::vector<float>& gradients() const { return shards_[0].gradients; }

 private:
  struct Workspace;

  void plan(std::int64_t step);
  void prepare_choices(TrainingState& state);
  void teacher_pass(const TrainingState& state, DecoderShard& shard) const;
  void geometric_targets(const TrainingState& state, const std::vector<float>& embeddings,
                         const std::vector<int>& lengths, DecoderShard& shard,
                         Workspace& work) const;
  void decoded_targets(const TrainingState& state, const std::vector<int>& lengths,
                       DecoderShard& shard, Workspace& work) const;
  void control_length(TrainingState& state) const;
  void count_choices(const StepReport& report, TrainingState& state) const;
  void make_batch(const TrainingState& state, std::size_t index, DecoderShard& shard) const;
  void add_contrasts(Random& random, DecoderShard& shard) const;
  BatchScales scales() const;
  void write_own_prefixes(const float* p, DecoderShard& shard, Workspace& work) const;
  void student_pass(const TrainingState& state, const BatchScales& scales,
                    DecoderShard& shard) const;
  void describe_targets(const TrainingState& state, StepReport& report) const;
  StepReport describe_step(const TrainingState& state) const;
  double progress(const TrainingState& state) const;

  std::uint64_t seed_;
  const DecoderStageConfig& config_;
  const Recipe& recipe_;
  const model::Encoder& encoder_;
  const model::Decoder& decoder_;
  const nn::TensorTable& table_;
  const PcmStore& store_;
  const NoiseBank& noise_;
  const NaturalPairs& pairs_;
  audio::LogMel log_mel_;
  nn::Precision precision_;
  ThreadPool& pool_;
  const Communicator& peers_;
  std::vector<double> rate_factors_;  // per tensor
  // Of the current step: factors on token probabilities, and offsets on code similarities, before
  // the teacher chooses. Both (codes).
  std::vector<float> token_weights_, code_offsets_;
  std::vector<DecoderShard> shards_;  // of this process
  OwnShards own_shards_;
};

}  // namespace pairalign::train

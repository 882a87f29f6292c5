// Stages II and III: the autoregressive decoder.
//
//   teacher (EMA), clean crop          → its string: the duration-penalised Viterbi path of the
//                                        geometric tokenizer (II), or what the teacher decodes
//                                        freely (III); one token for every frame of the crop
//   student, degraded pieces of it     → the decoder must write that string, teacher forcing over a
//                                        corrupted prefix; pointer and ends are held against the
//                                        frames of each token
//
// PairAlign (arXiv 2605.06582) with the targets heard in context and the student's pieces cut at
// random, so that noise, channel and context are unlearnt together. The published cross-pairing is
// contained in it: all pieces of a crop are taught the one string.
#pragma once

#include <optional>
#include <vector>

#include "audio/log_mel.hpp"
#include "audio/pcm_store.hpp"
#include "audio/views.hpp"
#include "base/thread_pool.hpp"
#include "model/decoder.hpp"
#include "model/encoder.hpp"
#include "train/crop_plan.hpp"
#include "train/decoder_loss.hpp"
#include "train/recipe.hpp"
#include "train/stage.hpp"
#include "train/target_string.hpp"

namespace pairalign::train {

/// The penalty of the path in the decoder's memory at which the state has the token rate asked for;
/// none for a decoder without a path, or before the first step of its stages.
std::optional<double> path_penalty(const model::DecoderConfig& decoder, const TrainingState& state);

class DecoderStage : public Stage {
 public:
  /// `name` seeds what the stage draws. All arguments outlive the stage; `table` is that of
  /// `encoder`, then `decoder`.
  DecoderStage(const std::string& name, const DecoderStageConfig& config, const Recipe& recipe,
               const model::Encoder& encoder, const model::Decoder& decoder,
               const nn::TensorTable& table, const audio::PcmStore& store,
               const audio::NoiseBank& noise, const NaturalPairs& pairs, nn::Precision precision,
               ThreadPool& pool, const Communicator& peers = Communicator::alone());

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
  // Pieces whose strings are contrasted with one another, carried by one thread through the step.
  struct Shard {
    std::vector<CropPlan> crops;
    std::vector<std::vector<int>> crop_tokens;  // per crop, a token for each of its frames
    std::vector<int> crop_codes;                // (Σ crop frames): the nearest codes
    std::vector<float> frame_weights;           // (Σ crop frames)
    std::vector<int> matches;                   // per frame of the pieces, its row among the crops'

    std::vector<TargetString> strings;  // of the pieces
    std::vector<int> piece_contents;    // content_of: no piece is contrasted with its own
    std::vector<model::DecoderSequence> conditions;  // the pieces' audio
    std::vector<std::size_t> own_prefix;             // pieces whose prefix the student writes
    model::DecoderBatch batch;  // teacher forcing, contrasts, then the student's own prefixes
    std::vector<StepTarget> targets, own_targets;  // of the first rows, of the last
    struct Contrast {
      std::size_t own = 0;
      std::vector<std::size_t> strings, conditions;  // sequences of the batch
    };
    std::vector<Contrast> contrasts;
    std::int64_t masked = 0, unmasked = 0, capped = 0;

    std::vector<float> gradients;
    StringTerms terms, own_terms;
    double frame_loss = 0, contrast_loss = 0, entropy = 0;
    double agreed = 0;
    std::int64_t contrast_correct = 0;
    double view_seconds = 0, model_seconds = 0;
  };
  // What a shard's losses are weighed with, from the whole batch.
  struct Scales {
    StepWeights steps;
    double frame = 0, shard = 0, contrast = 0;
  };
  struct Workspace;

  void plan(std::int64_t step);
  void prepare_choices(TrainingState& state);
  void teacher_pass(const TrainingState& state, Shard& shard) const;
  void geometric_targets(const TrainingState& state, const std::vector<float>& embeddings,
                         const std::vector<int>& lengths, Shard& shard, Workspace& work) const;
  void decoded_targets(const TrainingState& state, const std::vector<int>& lengths, Shard& shard,
                       Workspace& work) const;
  void control_length(TrainingState& state) const;
  void count_choices(const StepReport& report, TrainingState& state) const;
  void make_batch(const TrainingState& state, std::size_t index, Shard& shard) const;
  void add_contrasts(Random& random, Shard& shard) const;
  Scales scales() const;
  void write_own_prefixes(const float* p, Shard& shard, Workspace& work) const;
  void student_pass(const TrainingState& state, const Scales& scales, Shard& shard) const;
  void decoder_losses(const Scales& scales, Shard& shard, Workspace& work) const;
  void frame_losses(const TrainingState& state, const Scales& scales, Shard& shard,
                    Workspace& work) const;
  void describe_targets(const TrainingState& state, StepReport& report) const;
  StepReport describe_step(const TrainingState& state, const Scales& scales) const;
  double progress(const TrainingState& state) const;

  std::uint64_t seed_;
  const DecoderStageConfig& config_;
  const Recipe& recipe_;
  const model::Encoder& encoder_;
  const model::Decoder& decoder_;
  const nn::TensorTable& table_;
  const audio::PcmStore& store_;
  const audio::NoiseBank& noise_;
  const NaturalPairs& pairs_;
  audio::LogMel log_mel_;
  nn::Precision precision_;
  ThreadPool& pool_;
  const Communicator& peers_;
  std::vector<double> rate_factors_;  // per tensor
  // Of the step under way: how choices among tokens are weighed, and what is added to similarities
  // for the choice of a code. Both (codes).
  std::vector<float> token_weights_, code_offsets_;
  std::vector<Shard> shards_;  // of this process
  OwnShards own_shards_;
};

}  // namespace pairalign::train

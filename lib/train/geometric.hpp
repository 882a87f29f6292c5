// Stage I: the cross-view frame objective.
//
//   teacher (EMA), clean crop      → unit vectors z′ → Sinkhorn over z′·C′ᵀ / ε → targets t (one
//                                    distribution over codes per frame, codes used equally)
//   student, degraded pieces of it → unit vectors z  → softmax over z·Cᵀ / τ → cross-entropy with t
//
// where frames are matched through the time maps of the views. Online clustering as in SwAV (Caron
// et al., arXiv 2006.09882) with a momentum teacher as in DINO (arXiv 2104.14294), applied to
// frames.
#pragma once

#include <cstdint>
#include <vector>

#include "audio/log_mel.hpp"
#include "base/thread_pool.hpp"
#include "model/encoder.hpp"
#include "train/crop_plan.hpp"
#include "train/pcm_store.hpp"
#include "train/recipe.hpp"
#include "train/stage.hpp"
#include "train/state.hpp"
#include "train/views.hpp"

namespace pairalign::train {

class GeometricStage : public Stage {
 public:
  /// All arguments must outlive the stage.
  GeometricStage(const Recipe& recipe, const model::Encoder& encoder, const nn::TensorTable& table,
                 const PcmStore& store, const NoiseBank& noise, const NaturalPairs& pairs,
                 nn::Precision precision, ThreadPool& pool,
                 const Communicator& peers = Communicator::alone());

  std::int64_t steps() const override { return recipe_.geometric.steps; }
  const nn::TensorTable& table() const override { return table_; }
  std::vector<float> initial_parameters(const std::vector<float>& earlier) const override;
  StepReport step(TrainingState& state) override;
  /// The teacher, with centre and variance folded into the projection, and codes as unit vectors.
  std::vector<float> export_parameters(const TrainingState& state) const override;

  /// The first half of a step: updates the centre with this step's embeddings and computes the loss
  /// and its gradient with respect to the student's parameters.
  StepReport compute_gradients(TrainingState& state);
  const std::vector<float>& gradients() const { return shards_[0].gradients; }

 private:
  // A few crops that are processed together, by one thread.
  struct Shard {
    std::vector<CropPlan> crops;
    std::vector<int> crop_frames;    // teacher frames of each crop
    std::vector<float> weights;      // (Σ crop_frames): see frame_weights
    std::vector<float> embeddings;   // (Σ crop_frames, dimension), the teacher's
    std::vector<int> teacher_codes;  // (Σ crop_frames) nearest codes
    std::vector<int> matches;        // per student frame, its row among the teacher's
    std::vector<float> gradients;    // in the layout of the table
    double loss = 0;
    double agreed = 0;
    double view_seconds = 0, model_seconds = 0;
  };
  // Buffers of a thread, reused from shard to shard.
  struct Workspace;

  void plan(std::int64_t step);
  StepReport describe_step(double total_weight) const;
  void teacher_forward(const TrainingState& state, Shard& shard) const;
  void update_centre(TrainingState& state) const;
  void assign_targets(const TrainingState& state);
  void teacher_scores(const TrainingState& state, const std::vector<float>& codes, Shard& shard,
                      std::vector<float>& scores) const;
  void student_pass(const TrainingState& state, const std::vector<float>& targets, double scale,
                    Shard& shard) const;
  void student_loss(const TrainingState& state, const std::vector<float>& targets, double scale,
                    Shard& shard, Workspace& work) const;

  const Recipe& recipe_;
  const model::Encoder& encoder_;
  const nn::TensorTable& table_;
  const PcmStore& store_;
  const NoiseBank& noise_;
  const NaturalPairs& pairs_;
  audio::LogMel log_mel_;
  nn::Precision precision_;
  ThreadPool& pool_;
  const Communicator& peers_;
  std::vector<Shard> shards_;
  std::vector<std::vector<float>> targets_;  // per shard, (Σ crop_frames, codes)
};

/// z = (u − centre) / √variance, row by row; `scale` receives 1 / √variance.
void standardise(const TrainingState& state, int rows, int dimension, float* u,
                 std::vector<float>& scale);

}  // namespace pairalign::train

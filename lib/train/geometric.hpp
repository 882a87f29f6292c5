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

#include <vector>

#include "train/stage.hpp"

namespace pairalign::train {

class GeometricStage : public Stage {
 public:
  /// All arguments must outlive the stage; `table` holds the tensors of the encoder.
  GeometricStage(const Run& run, const nn::TensorTable& table);

  StepReport compute_gradients(TrainingState& state) override;
  /// The teacher, with centre and variance folded into the projection, and codes as unit vectors.
  std::vector<float> export_parameters(const TrainingState& state) const override;

 private:
  struct CropShard : Shard {
    std::vector<int> crop_frames;   // teacher frames of each crop
    std::vector<float> embeddings;  // (Σ crop_frames, dimension), the teacher's
    double agreed = 0;
  };
  // Buffers of a thread, reused from shard to shard.
  struct Workspace;

  void teacher_forward(const TrainingState& state, CropShard& shard) const;
  void update_centre(TrainingState& state) const;
  void assign_targets(const TrainingState& state);
  void teacher_scores(const TrainingState& state, const std::vector<float>& codes, CropShard& shard,
                      std::vector<float>& scores) const;
  void student_pass(const TrainingState& state, double scale, std::size_t index);
  void student_loss(const TrainingState& state, double scale, std::size_t index, Workspace& work);
  StepReport describe_step(double total_weight) const;

  std::vector<CropShard> shards_;            // of this process
  std::vector<std::vector<float>> targets_;  // per shard, (Σ crop_frames, codes)
};

}  // namespace pairalign::train

#include "train/stage.hpp"

namespace pairalign::train {

void StepReport::sum_over(const Communicator& peers) {
  std::vector<std::int64_t> counts = {pairs, student_frames, teacher_frames};
  peers.sum_counts(counts);
  pairs = counts[0];
  student_frames = counts[1];
  teacher_frames = counts[2];
  peers.sum_counts(code_counts);
  peers.sum_each({&loss, &flops, &view_seconds, &model_seconds});
}

void begin_stage(const Stage& stage, const std::vector<float>& earlier, int dimension,
                 TrainingState& state) {
  state.step = 0;
  state.student = stage.initial_parameters(earlier);
  state.teacher = state.student;
  state.optimizer = {};
  state.optimizer.m.assign(state.student.size(), 0.0F);
  state.optimizer.v.assign(state.student.size(), 0.0F);
  state.centre.assign(static_cast<std::size_t>(dimension), 0.0F);
  state.variance.assign(static_cast<std::size_t>(dimension), 1.0F);
  state.token_shares.clear();
  state.code_shares.clear();
  state.records.emplace_back();
}

}  // namespace pairalign::train

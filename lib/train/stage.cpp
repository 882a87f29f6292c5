#include "train/stage.hpp"

#include <algorithm>

#include "train/step_support.hpp"

namespace pairalign::train {

void Shard::add_weights(double& sum) const {
  for (const int match : matches)
    sum += static_cast<double>(frame_weights[static_cast<std::size_t>(match)]);
}

void StepReport::add(const Shard& shard) {
  loss += shard.loss;
  for (const CropPlan& crop : shard.crops)
    pairs += static_cast<std::int64_t>(crop.views.size());
  student_frames += static_cast<std::int64_t>(shard.matches.size());
  teacher_frames += static_cast<std::int64_t>(shard.crop_codes.size());
  view_seconds += shard.view_seconds;
  model_seconds += shard.model_seconds;
}

void StepReport::sum_over(const Communicator& peers) {
  std::vector<std::int64_t> counts = {pairs, student_frames, teacher_frames};
  peers.sum_counts(counts);
  pairs = counts[0];
  student_frames = counts[1];
  teacher_frames = counts[2];
  peers.sum_counts(code_counts);
  peers.sum_each({&loss, &flops, &view_seconds, &model_seconds});
}

Stage::Stage(const std::string& name, const StageConfig& config, const nn::AdamWConfig& optimizer,
             const Run& run, const nn::TensorTable& table)
    : run_(run),
      table_(table),
      features_(run.recipe, run.store, run.noise),
      seed_(stage_seed(run.recipe.seed, name)),
      config_(config),
      optimizer_(optimizer) {}

std::vector<float> Stage::initial_parameters(const std::vector<float>& earlier) const {
  return grow_parameters(table_, run_.recipe.seed, earlier);
}

void Stage::begin(const std::vector<float>& earlier, TrainingState& state) const {
  const auto dimension = static_cast<std::size_t>(run_.recipe.encoder.dimension);
  state.step = 0;
  state.student = initial_parameters(earlier);
  state.teacher = state.student;
  state.optimizer = {};
  state.optimizer.m.assign(state.student.size(), 0.0F);
  state.optimizer.v.assign(state.student.size(), 0.0F);
  state.centre.assign(dimension, 0.0F);
  state.variance.assign(dimension, 1.0F);
  state.token_shares.clear();
  state.code_shares.clear();
  state.records.emplace_back();
}

StepReport Stage::step(TrainingState& state) {
  StepReport report = compute_gradients(state);
  report.learning_rate = nn::scheduled_rate(optimizer_, state.step, config_.steps);
  report.gradient_norm =
      nn::adamw_update(optimizer_, table_, report.learning_rate, gradients().data(),
                       state.student.data(), state.optimizer, rate_factors_);
  const double decay = ema_decay(config_.ema_start, config_.ema_end, state.step, config_.steps);
  move_average(state.student.data(), static_cast<float>(decay), table_.size(),
               state.teacher.data());
  finish_step(report, state);
  ++state.step;
  return report;
}

std::vector<CropPlan> Stage::plan_crops(std::int64_t step) const {
  CropConfig batch = config_;
  batch.crops *= run_.peers.size();
  return plan_step(batch, run_.recipe.views, seed_, run_.store, step,
                   pairs_at(config_, step, config_.steps, run_.pairs));
}

void Stage::sum_gradients() {
  train::sum_gradients(gradients_, run_.pool);
  run_.peers.sum(Span<float>(gradients_[0]));
}

}  // namespace pairalign::train

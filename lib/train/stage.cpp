#include "train/stage.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/multiversion.hpp"
#include "nn/functions.hpp"

namespace pairalign::train {
namespace {

// average ← decay · average + (1 − decay) · x
PAIRALIGN_MULTIVERSION
void move_average(const float* x, float decay, std::size_t n, float* average) {
  for (std::size_t i = 0; i < n; ++i)
    average[i] = decay * average[i] + (1.0F - decay) * x[i];
}

// Decay of the EMA teacher at `step`: from start to end along a half cosine.
double ema_decay(const StageConfig& config, std::int64_t step) {
  const double progress =
      std::min(1.0, static_cast<double>(step) / static_cast<double>(config.steps));
  const double half_cosine = 0.5 * (1 + std::cos(3.141592653589793 * progress));
  return config.ema_end - (config.ema_end - config.ema_start) * half_cosine;
}

}  // namespace

void Shard::add_weights(double& sum) const {
  for (const int match : matches)
    sum += static_cast<double>(frame_weights[static_cast<std::size_t>(match)]);
}

void StepReport::add(const Shard& shard) {
  loss += shard.loss;
  for (const CropPlan& crop : shard.crops)
    pairs += static_cast<double>(crop.views.size());
  student_frames += static_cast<double>(shard.matches.size());
  teacher_frames += static_cast<double>(shard.crop_codes.size());
  view_seconds += shard.view_seconds;
  model_seconds += shard.model_seconds;
}

void StepReport::sum_over(const Communicator& peers) {
  peers.sum(Span<double>(code_counts));
  peers.sum_each(
      {&loss, &pairs, &student_frames, &teacher_frames, &flops, &view_seconds, &model_seconds});
}

double cross_entropy(double temperature, const std::vector<float>& targets,
                     const std::vector<float>& weights, std::vector<float>& scores,
                     std::vector<float>& gradient) {
  const auto inverse_temperature = static_cast<float>(1 / temperature);
  const auto rows = static_cast<int>(weights.size());
  nn::scale(inverse_temperature, scores.size(), scores.data());
  gradient.resize(scores.size());
  const double loss =
      nn::cross_entropy(scores.data(), targets.data(), weights.data(), rows,
                        static_cast<int>(scores.size()) / std::max(1, rows), gradient.data());
  nn::scale(inverse_temperature, gradient.size(), gradient.data());
  return loss;
}

Stage::Stage(const std::string& name, const StageConfig& config, const nn::AdamWConfig& optimizer,
             const Run& run, const nn::TensorTable& table)
    : run_(run),
      table_(table),
      features_(run.recipe, run.store, run.noise),
      seed_(run.recipe.seed ^ hash64(name.data(), name.size())),
      config_(config),
      optimizer_(optimizer) {}

std::vector<float> Stage::initial_parameters(const std::vector<float>& earlier) const {
  if (earlier.size() > table_.size()) throw Error("", "more parameters than the stage has");
  Random random(run_.recipe.seed);
  std::vector<float> parameters = table_.initialise(random);
  std::copy(earlier.begin(), earlier.end(), parameters.begin());
  return parameters;
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
  move_average(state.student.data(), static_cast<float>(ema_decay(config_, state.step)),
               table_.size(), state.teacher.data());
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

void Stage::encode_clean(const TrainingState& state, Shard& shard, EncoderPass& pass) const {
  shard.view_seconds = shard.model_seconds = 0;
  {
    const AddedTime watch(shard.view_seconds);
    features_.clean_batch(shard.crops, pass.batch, shard.frame_weights);
  }
  const AddedTime watch(shard.model_seconds);
  run_.encoder.forward({state.teacher.data(), run_.precision}, pass.batch.features.data(),
                       pass.batch.lengths, features_.silence(), false, pass.embeddings,
                       pass.encoder);
}

void Stage::encode_views(const TrainingState& state, bool training, Shard& shard,
                         EncoderPass& pass) const {
  {
    const AddedTime watch(shard.view_seconds);
    features_.view_batch(shard.crops, pass.batch);
  }
  const AddedTime watch(shard.model_seconds);
  run_.encoder.forward({state.student.data(), run_.precision}, pass.batch.features.data(),
                       pass.batch.lengths, features_.silence(), training, pass.embeddings,
                       pass.encoder);
}

void Stage::sum_gradients() {
  constexpr std::size_t kPiece = 1 << 16;
  std::vector<float>& total = gradients_[0];
  run_.pool.parallel_for((total.size() + kPiece - 1) / kPiece, [&](std::size_t i) {
    const std::size_t begin = i * kPiece, count = std::min(kPiece, total.size() - begin);
    for (std::size_t s = 1; s < gradients_.size(); ++s)
      nn::add(gradients_[s].data() + begin, count, total.data() + begin);
  });
  run_.peers.sum(Span<float>(gradients_[0]));
}

}  // namespace pairalign::train

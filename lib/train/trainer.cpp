#include "train/trainer.hpp"

#include "base/error.hpp"
#include "train/rate_curve.hpp"

namespace pairalign::train {
namespace {

constexpr double kRateCurveSeconds = 600;

audio::PcmStore checked(audio::PcmStore store) {
  if (store.total_samples() == 0) throw Error("", "no audio to learn from");
  return store;
}

}  // namespace

Trainer::Trainer(Recipe recipe, audio::PcmStore training, audio::PcmStore validation,
                 audio::NoiseBank noise, nn::Precision precision, ThreadPool& pool)
    : recipe_(std::move(recipe)),
      training_(checked(std::move(training))),
      validation_(std::move(validation)),
      noise_(std::move(noise)),
      pool_(pool),
      encoder_(table_, recipe_.encoder),
      stage_(recipe_, encoder_, table_, training_, noise_, precision, pool_),
      state_(stage_.initial_state()) {}

ValidationReport Trainer::validate() const {
  if (validation_.total_samples() == 0) return {};
  return train::validate(bare_model(), recipe_, validation_, noise_, pool_);
}

void Trainer::save(const std::string& path) const {
  save_checkpoint(path, state_, to_json(recipe_));
}

void Trainer::resume(const std::string& path) {
  Checkpoint checkpoint = load_checkpoint(path);
  if (checkpoint.recipe_json != to_json(recipe_)) {
    throw Error(path, "the checkpoint was made with another recipe");
  }
  const TrainingState& state = checkpoint.state;
  if (state.samples != state_.samples) {
    throw Error(path, "the checkpoint was made with other audio: its length differs");
  }
  const auto dimension = static_cast<std::size_t>(recipe_.encoder.dimension);
  for (const auto* buffer :
       {&state.student, &state.teacher, &state.optimizer.m, &state.optimizer.v}) {
    if (buffer->size() != table_.size()) throw Error(path, "parameters do not fit the recipe");
  }
  if (state.centre.size() != dimension || state.variance.size() != dimension) {
    throw Error(path, "statistics do not fit the recipe");
  }
  state_ = std::move(checkpoint.state);
}

model::Model Trainer::bare_model() const {
  model::ModelInfo info;
  info.encoder = recipe_.encoder;
  info.features = recipe_.features;
  info.recipe = to_json(recipe_);
  return model::Model(std::move(info), export_parameters(state_, encoder_));
}

model::Model Trainer::export_model(const std::string& command) const {
  model::Model model = bare_model();
  const audio::PcmStore& store = validation_.total_samples() > 0 ? validation_ : training_;
  model.set_rate_curve(measure_rate_curve(model, store, kRateCurveSeconds, pool_));
  model.set_command(command);
  return model;
}

}  // namespace pairalign::train

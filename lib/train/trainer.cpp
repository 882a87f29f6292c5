#include "train/trainer.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/error.hpp"
#include "train/measures.hpp"

namespace pairalign::train {
namespace {

constexpr double kRateCurveSeconds = 600;
constexpr double kLossDecay = 0.98;

PcmStore checked(PcmStore store) {
  if (store.total_samples() == 0) throw Error("", "no audio to train on");
  return store;
}

// The model with the path penalty that gives it `rate` tokens per second, or the nearest rate on
// its curve.
model::Model with_penalty_for(double rate, const std::vector<model::RatePoint>& curve,
                              model::Model model) {
  if (curve.empty()) return model;
  constexpr double kMinPenalty = 1e-3;  // 0 would remove the path
  model::ModelInfo info = model.info();
  rate = std::clamp(rate, curve.back().tokens_per_second, curve.front().tokens_per_second);
  info.decoder->segment_penalty = std::max(model::control_for_rate(curve, rate), kMinPenalty);
  return {std::move(info), model.parameters()};
}

// Whether `text`, which an earlier version may have written with other keys, is the same recipe.
bool is_recipe(const std::string& text, const Recipe& recipe) {
  try {
    return to_json(parse_recipe(text)) == to_json(recipe);
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

Trainer::Trainer(Recipe recipe, PcmStore training, PcmStore validation, NoiseBank noise,
                 NaturalPairs pairs, nn::Precision precision, ThreadPool& pool,
                 const Communicator& peers)
    : training_(checked(std::move(training))),
      validation_(std::move(validation)),
      noise_(std::move(noise)),
      pairs_(std::move(pairs)),
      // One step of all processes covers as much audio as peers.size() steps of one process.
      recipe_(fit_to_corpus(std::move(recipe), training_.seconds() / peers.size())),
      precision_(precision),
      pool_(pool),
      peers_(peers),
      encoder_(encoder_table_, recipe_.encoder),
      table_(encoder_table_),
      decoder_(table_, recipe_.decoder, encoder_) {
  state_.samples = training_.total_samples();
  state_.pairs = pairs_.fingerprint();
  state_.noise = noise_.fingerprint();
  enter_stage(0, {});
}

std::unique_ptr<Stage> Trainer::make_stage(const std::string& name) const {
  const Run run = {recipe_, encoder_, training_, noise_, pairs_, precision_, pool_, peers_};
  if (name == kGeometric) return geometric_stage(run, encoder_table_);
  const auto& config = name == kFixedTeacher ? recipe_.fixed_teacher : recipe_.ema_teacher;
  return decoder_stage(name, config, run, decoder_, table_);
}

void Trainer::enter_stage(std::size_t index, const std::vector<float>& earlier) {
  stage_ = make_stage(recipe_.stages[index]);
  state_.stage = index;
  stage_->begin(earlier, state_);
}

void Trainer::start_from(const model::Model& model) {
  std::size_t front = nn::common_front(model.table(), stage_->table());
  if (front < encoder_table_.size()) throw Error("", "the encoder is not the recipe's");
  // Parts of a decoder of another shape are of no use.
  if (front < stage_->table().size()) front = encoder_table_.size();
  const std::vector<float>& parameters = model.parameters();
  state_.records.clear();
  enter_stage(0, {parameters.begin(), parameters.begin() + static_cast<std::ptrdiff_t>(front)});
}

RunPosition Trainer::position() const {
  RunPosition position;
  position.stage = recipe_.stages[state_.stage];
  position.index = state_.stage;
  position.count = recipe_.stages.size();
  position.step = state_.step;
  position.steps = stage_config(recipe_, position.stage).steps;
  position.run_step = state_.step;
  for (std::size_t i = 0; i < recipe_.stages.size(); ++i) {
    const std::int64_t steps = stage_config(recipe_, recipe_.stages[i]).steps;
    position.run_steps += steps;
    if (i < state_.stage) position.run_step += steps;
  }
  return position;
}

StepReport Trainer::step() {
  if (position().stage_finished()) {
    enter_stage(state_.stage + 1, stage_->export_parameters(state_));
  }
  StageRecord& record = state_.records.back();
  const AddedTime watch(record.seconds);
  const auto done = static_cast<double>(state_.step - record.skipped);
  StepReport report = stage_->step(state_);
  if (!std::isfinite(report.gradient_norm)) {
    const RunPosition at = position();
    if (++record.skipped == at.steps) {
      throw Error("", fmt::format("{}: the gradients of all {} steps were not finite; nothing was "
                                  "learnt",
                                  at.stage, at.steps));
    }
    return report;
  }
  const double decay = std::min(kLossDecay, done / (done + 1));
  record.loss = decay * record.loss + (1 - decay) * report.loss;
  return report;
}

ValidationReport Trainer::validate(const model::Model& model) const {
  if (validation_.total_samples() == 0) return {};
  return train::validate(model, recipe_, validation_, noise_, pool_);
}

void Trainer::save(const std::string& path) const {
  save_checkpoint(path, state_, to_json(recipe_));
}

void Trainer::resume(const std::string& path) {
  Checkpoint checkpoint = load_checkpoint(path);
  const auto require = [&](bool holds, const char* reason) {
    if (!holds) throw Error(path, reason);
  };
  const TrainingState& state = checkpoint.state;
  require(is_recipe(checkpoint.recipe_json, recipe_),
          "the checkpoint was made with another recipe, or with other values of --stage, "
          "--steps, --seed or --from; resume with the same");
  require(state.samples == state_.samples,
          "the checkpoint was made with other audio, of another length; resume with the same");
  require(state.pairs == state_.pairs,
          "the checkpoint was made with other words or pairs; resume with the same");
  require(state.noise == state_.noise,
          "the checkpoint was made with other noises; resume with the same --noise");
  require(state.stage < recipe_.stages.size() && state.records.size() == state.stage + 1,
          "its stage is not one of the recipe's");
  std::unique_ptr<Stage> stage = make_stage(recipe_.stages[state.stage]);
  for (const auto* buffer :
       {&state.student, &state.teacher, &state.optimizer.m, &state.optimizer.v})
    require(buffer->size() == stage->table().size(), "parameters do not fit the recipe");
  for (const auto* statistics : {&state.centre, &state.variance})
    require(statistics->size() == static_cast<std::size_t>(recipe_.encoder.dimension),
            "statistics do not fit the recipe");
  for (const auto* shares : {&state.token_shares, &state.code_shares})
    require(shares->empty() || shares->size() == static_cast<std::size_t>(recipe_.encoder.codes),
            "shares of the codes do not fit the recipe");
  stage_ = std::move(stage);
  state_ = std::move(checkpoint.state);
}

model::Model Trainer::model() const {
  model::ModelInfo info;
  info.encoder = recipe_.encoder;
  info.features = recipe_.features;
  info.recipe = to_json(recipe_);
  if (trains_decoder()) {
    info.decoder = recipe_.decoder;
    const auto penalty = path_penalty(recipe_.decoder, state_);
    if (penalty) info.decoder->segment_penalty = *penalty;
  }
  return model::Model(std::move(info), stage_->export_parameters(state_));
}

model::Model Trainer::export_model(const std::string& command, const CropReport& report) const {
  model::Model model = Trainer::model();
  const PcmStore& store = validation_.total_samples() > 0 ? validation_ : training_;
  using Kind = model::TokenizerKind;
  model.set_rate_curve(measure_rate_curve(model, Kind::dpvq, store, kRateCurveSeconds, pool_));
  if (trains_decoder()) {
    std::vector<model::RatePoint> curve =
        measure_rate_curve(model, Kind::pairalign, store, kRateCurveSeconds, pool_);
    model = with_penalty_for(recipe_.fixed_teacher.target_rate, curve, std::move(model));
    model.set_pairalign_rate_curve(std::move(curve));
  }
  model.set_substitutions(
      measure_substitutions(model, recipe_, training_, noise_, pairs_, pool_, report));
  model.set_chance_strings(measure_chance_strings(model, training_, pool_));
  model.set_command(command);
  return model;
}

}  // namespace pairalign::train

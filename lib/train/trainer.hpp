// A training run: the state, the stages that advance it, and what comes out of it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "audio/pcm_store.hpp"
#include "audio/views.hpp"
#include "base/thread_pool.hpp"
#include "model/model.hpp"
#include "train/geometric.hpp"
#include "train/recipe.hpp"
#include "train/state.hpp"
#include "train/validation.hpp"

namespace pairalign::train {

class Trainer {
 public:
  /// `pool` outlives the trainer. Throws Error when there is nothing to learn from.
  Trainer(Recipe recipe, audio::PcmStore training, audio::PcmStore validation,
          audio::NoiseBank noise, nn::Precision precision, ThreadPool& pool);

  Trainer(const Trainer&) = delete;  // the stage refers to its neighbours
  Trainer& operator=(const Trainer&) = delete;

  const Recipe& recipe() const { return recipe_; }
  std::int64_t steps_done() const { return state_.step; }
  double training_seconds() const {
    return static_cast<double>(training_.total_samples()) / audio::kSampleRate;
  }
  bool finished() const { return state_.step >= recipe_.geometric.steps; }

  StepReport step() { return stage_.step(state_); }
  /// Of the EMA teacher. All zeros when no recording was kept aside.
  ValidationReport validate() const;

  void save(const std::string& path) const;
  /// Goes on from a checkpoint of the same recipe and audio, bit for bit as if never interrupted.
  /// Throws Error(path, reason) when they differ.
  void resume(const std::string& path);

  /// What the state stands for as a model, with its measured rate curve; `command` is kept inside.
  model::Model export_model(const std::string& command) const;

 private:
  model::Model bare_model() const;

  Recipe recipe_;
  audio::PcmStore training_, validation_;
  audio::NoiseBank noise_;
  ThreadPool& pool_;
  nn::TensorTable table_;
  model::Encoder encoder_;
  GeometricStage stage_;
  TrainingState state_;
};

}  // namespace pairalign::train

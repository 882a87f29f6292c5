// A training run: the state, the stages that advance it one after another, and the resulting model.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/thread_pool.hpp"
#include "model/decoder.hpp"
#include "model/encoder.hpp"
#include "model/model.hpp"
#include "train/confusions.hpp"
#include "train/corpus.hpp"
#include "train/natural_pairs.hpp"
#include "train/recipe.hpp"
#include "train/stage.hpp"
#include "train/state.hpp"
#include "train/validation.hpp"
#include "train/views.hpp"

namespace pairalign::train {

class Trainer {
 public:
  /// `pool` and `peers` must outlive the trainer. Throws Error if there is no training audio.
  Trainer(Recipe recipe, PcmStore training, PcmStore validation, NoiseBank noise,
          NaturalPairs pairs, nn::Precision precision, ThreadPool& pool,
          const Communicator& peers = Communicator::alone());

  Trainer(const Trainer&) = delete;  // the stages refer to its members
  Trainer& operator=(const Trainer&) = delete;

  /// Begins with the parameters of `model` instead of random ones: its encoder, and its decoder
  /// when the first stage has one of the same shape. Throws Error when the encoder is of another
  /// shape.
  void start_from(const model::Model& model);

  /// As given, with the steps fitted to the training audio.
  const Recipe& recipe() const { return recipe_; }
  double training_seconds() const { return training_.seconds(); }
  RunPosition position() const;
  /// Of the stages begun, in their order.
  const std::vector<StageRecord>& records() const { return state_.records; }

  /// One step, of the next stage if the current one is finished. To be called until the run is
  /// finished. Throws Error at the end of a stage none of whose steps changed anything.
  StepReport step();
  /// The model of the current state: the EMA teacher.
  model::Model model() const;
  /// The same with its measured rate curves, substitution scores and background strings; `command`
  /// is stored in it. `report`: see measure_substitutions.
  model::Model export_model(const std::string& command, const CropReport& report = {}) const;
  /// On the held-out recordings; empty if there are none.
  ValidationReport validate(const model::Model& model) const;

  void save(const std::string& path) const;
  /// Resumes from a checkpoint of the same recipe, audio and noises, bit for bit as if never
  /// interrupted. Throws Error(path, reason) when they differ.
  void resume(const std::string& path);

 private:
  std::unique_ptr<Stage> make_stage(const std::string& name) const;
  void enter_stage(std::size_t index, const std::vector<float>& earlier);
  bool trains_decoder() const { return stage_->table().size() > encoder_table_.size(); }

  PcmStore training_, validation_;
  NoiseBank noise_;
  NaturalPairs pairs_;
  Recipe recipe_;
  nn::Precision precision_;
  ThreadPool& pool_;
  const Communicator& peers_;
  nn::TensorTable encoder_table_;  // what the geometric stage trains
  model::Encoder encoder_;
  nn::TensorTable table_;  // the same, then the decoder
  model::Decoder decoder_;
  std::unique_ptr<Stage> stage_;
  TrainingState state_;
};

}  // namespace pairalign::train

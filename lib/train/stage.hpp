// A stage of the curriculum: one objective that advances a training state step by step.
//
// The stages of a run follow one another over one growing set of parameters. The tensors of a stage
// come first, at the same offsets, in the table of the next, so what one stage exports is what the
// next begins with:
//
//   geometric      encoder and codebook               the cross-view frame objective
//   fixed-teacher  … and the decoder                  strings of the geometric tokenizer
//   ema-teacher    … the same                         strings that the EMA teacher decodes itself
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/stopwatch.hpp"
#include "base/thread_pool.hpp"
#include "model/decoder.hpp"
#include "model/encoder.hpp"
#include "nn/tensor_table.hpp"
#include "train/communicator.hpp"
#include "train/crop_plan.hpp"
#include "train/recipe.hpp"
#include "train/state.hpp"

namespace pairalign::train {

/// One instance per thread and type: the buffers of a workspace grow once and are kept.
template <class T>
T& of_this_thread() {
  thread_local T instance;
  return instance;
}

/// A measure of one step: a part of the loss, an accuracy, a rate.
struct Term {
  std::string name;
  double value = 0;
  double weight = 1;  ///< of `value` in a mean over steps: the total weight it is a mean over
};

/// A few crops that are processed together, by one thread.
struct Shard {
  std::vector<CropPlan> crops;
  std::vector<float> frame_weights;  ///< (Σ crop frames)
  std::vector<int> crop_codes;       ///< (Σ crop frames): the nearest codes
  std::vector<int> matches;          ///< per frame of the pieces, its row among the crops'
  double loss = 0;
  double view_seconds = 0, model_seconds = 0;

  /// Adds the weights of all frames of the pieces.
  void add_weights(double& sum) const;
};

/// Buffers of the encoder's passes over shards.
struct EncoderPass {
  FeatureBatch batch;
  std::vector<float> embeddings;
  model::Encoder::Cache encoder;
};

/// The cross-entropy of the softmax of `scores` / `temperature` with `targets`, whose rows have
/// these weights. Scales `scores`; writes their gradient, which may replace them.
double cross_entropy(double temperature, const std::vector<float>& targets,
                     const std::vector<float>& weights, std::vector<float>& scores,
                     std::vector<float>& gradient);

/// What one step did. What does not apply to a stage stays empty or zero.
struct StepReport {
  double loss = 0;          ///< what was minimised, nats
  std::vector<Term> terms;  ///< in the order in which they are to be shown; names are unique
  std::vector<double> code_counts;  ///< of each code among the targets
  double pairs = 0;                 ///< of a degraded view and its clean crop
  double student_frames = 0, teacher_frames = 0;
  double gradient_norm = 0;
  double learning_rate = 0;
  double token_rate = 0;                       ///< of the decoder's targets, per second
  double flops = 0;                            ///< of the matrix products
  double view_seconds = 0, model_seconds = 0;  ///< thread time in views, in network and loss

  void add(const Shard& shard);
  /// Adds up what the processes of a step counted: loss, counts, products and thread time.
  void sum_over(const Communicator& peers);
  void add_term(std::string name, double value, double weight = 1) {
    terms.push_back({std::move(name), value, weight});
  }
};

/// The progress of a run.
struct RunPosition {
  std::string stage;                         ///< its name
  std::size_t index = 0, count = 1;          ///< of the stages of the run
  std::int64_t step = 0, steps = 0;          ///< done and planned in this stage
  std::int64_t run_step = 0, run_steps = 0;  ///< over all stages
  bool stage_finished() const { return step == steps; }
  bool run_finished() const { return run_step == run_steps; }
};

/// What all stages of a run are given. All that it refers to must outlive them.
struct Run {
  const Recipe& recipe;
  const model::Encoder& encoder;
  const PcmStore& store;
  const NoiseBank& noise;
  const NaturalPairs& pairs;
  nn::Precision precision;
  ThreadPool& pool;
  const Communicator& peers = Communicator::alone();
};

class Stage {
 public:
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  virtual ~Stage() = default;

  /// The layout of student and teacher.
  const nn::TensorTable& table() const { return table_; }

  /// Sets all of `state` except `stage`, `samples`, `pairs` and `length_control` to the start of
  /// this stage, and adds a record. `earlier`, parameters from another stage or a model file, are
  /// the front of the layout of `table()`, all of it, or nothing; the rest is drawn at random.
  void begin(const std::vector<float>& earlier, TrainingState& state) const;

  /// One optimiser step; adds 1 to `state.step`. The result does not depend on the number of
  /// threads: a batch is always split into the same shards, which are summed in the same order.
  StepReport step(TrainingState& state);

  /// The first half of a step: updates the statistics of the teacher and computes the loss and its
  /// gradient with respect to the student's parameters.
  virtual StepReport compute_gradients(TrainingState& state) = 0;
  const std::vector<float>& gradients() const { return gradients_[0]; }

  /// The parameters of the model to export from the state, in the layout of `table()`.
  virtual std::vector<float> export_parameters(const TrainingState& state) const {
    return state.teacher;
  }

 protected:
  /// `name` determines the random seed of the stage. All arguments must outlive the stage.
  Stage(const std::string& name, const StageConfig& config, const nn::AdamWConfig& optimizer,
        const Run& run, const nn::TensorTable& table);

  /// `earlier` at the front of the layout; the rest is drawn. Throws Error if it is too long.
  virtual std::vector<float> initial_parameters(const std::vector<float>& earlier) const;
  /// Updates the state's controls and shares after the optimiser's step.
  virtual void finish_step(const StepReport& /*report*/, TrainingState& /*state*/) const {}
  /// The teacher's pass over the clean crops of a shard, whose times it sets and whose frames it
  /// weighs, and the student's over their views.
  void encode_clean(const TrainingState& state, Shard& shard, EncoderPass& pass) const;
  void encode_views(const TrainingState& state, bool training, Shard& shard,
                    EncoderPass& pass) const;
  /// The crops of a step, of all processes.
  std::vector<CropPlan> plan_crops(std::int64_t step) const;
  /// Sums those of all shards and processes into the first.
  void sum_gradients();

  const Run run_;
  const nn::TensorTable& table_;
  const FeatureMaker features_;
  const std::uint64_t seed_;
  std::vector<double> rate_factors_;           // per tensor; empty: all 1
  std::vector<std::vector<float>> gradients_;  // per shard of this process, in the table's layout

 private:
  const StageConfig& config_;
  const nn::AdamWConfig& optimizer_;
};

/// Stage I. All arguments must outlive it; `table` holds the tensors of the encoder.
std::unique_ptr<Stage> geometric_stage(const Run& run, const nn::TensorTable& table);

/// Stage II or III. `name` determines the random seed. All arguments must outlive it; `table` holds
/// the tensors of the encoder, then those of `decoder`.
std::unique_ptr<Stage> decoder_stage(const std::string& name, const DecoderStageConfig& config,
                                     const Run& run, const model::Decoder& decoder,
                                     const nn::TensorTable& table);

/// The current penalty of the path in the decoder's memory, controlled to keep the target token
/// rate; empty for a decoder without a path, or before the first step of its stages.
std::optional<double> path_penalty(const model::DecoderConfig& decoder, const TrainingState& state);

}  // namespace pairalign::train

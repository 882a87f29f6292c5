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
#include <string>
#include <utility>
#include <vector>

#include "nn/tensor_table.hpp"
#include "train/communicator.hpp"
#include "train/state.hpp"

namespace pairalign::train {

/// A measure of one step: a part of the loss, an accuracy, a rate.
struct Term {
  std::string name;
  double value = 0;
  double weight = 1;  ///< of `value` in a mean over steps: the total weight it is a mean over
};

/// What one step did. What does not apply to a stage stays empty or zero.
struct StepReport {
  double loss = 0;          ///< what was minimised, nats
  std::vector<Term> terms;  ///< in the order in which they are to be shown; names are unique
  std::vector<std::int64_t> code_counts;  ///< of each code among the targets
  std::int64_t pairs = 0;                 ///< of a degraded view and its clean crop
  std::int64_t student_frames = 0, teacher_frames = 0;
  double gradient_norm = 0;
  double learning_rate = 0;
  double flops = 0;                            ///< of the matrix products
  double view_seconds = 0, model_seconds = 0;  ///< thread time in views, in network and loss

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

class Stage {
 public:
  Stage() = default;
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  virtual ~Stage() = default;

  virtual std::int64_t steps() const = 0;  ///< planned
  /// The layout of student and teacher.
  virtual const nn::TensorTable& table() const = 0;

  /// Initial parameters, in the layout of `table()`. `earlier` comes from another stage or a model
  /// file: the front of this layout, all of it, or nothing; the rest is drawn at random.
  virtual std::vector<float> initial_parameters(const std::vector<float>& earlier) const = 0;

  /// One optimiser step; adds 1 to `state.step`. The result does not depend on the number of
  /// threads: a batch is always split into the same shards, which are summed in the same order.
  virtual StepReport step(TrainingState& state) = 0;

  /// The parameters of the model to export from the state, in the layout of `table()`.
  virtual std::vector<float> export_parameters(const TrainingState& state) const = 0;
};

/// Sets all of `state` except `stage`, `samples`, `pairs` and `length_control` to the start of a
/// stage: student and teacher to `initial_parameters(earlier)`, optimiser and statistics,
/// (dimension), to their initial values; adds a record.
void begin_stage(const Stage& stage, const std::vector<float>& earlier, int dimension,
                 TrainingState& state);

}  // namespace pairalign::train

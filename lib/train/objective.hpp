// The objectives of the decoder's stages. A stage minimises their weighted sum, and reports exactly
// the sum that it minimises.
//
// To add one: a file in train/objectives, with a function of type ObjectiveLoss, and a line in
// objective.cpp, which gives its default weights.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "model/decoder.hpp"
#include "nn/matmul.hpp"
#include "train/communicator.hpp"
#include "train/recipe.hpp"
#include "train/stage.hpp"
#include "train/target_string.hpp"

namespace pairalign::train {

/// Sums that training steps report, by name; the same names in every shard.
class Measures {
 public:
  /// A mean: `sum` over items of total weight `weight`. Not reported if the weight is 0.
  void add_mean(const char* name, double sum, double weight) { add({name, sum, weight, true}); }
  /// This shard's contribution to the value of the whole batch.
  void add_total(const char* name, double value) { add({name, value, 1, false}); }

  void operator+=(const Measures& other);
  void sum_over(const Communicator& peers);
  void report(StepReport& report) const;

 private:
  struct Measure {
    std::string name;
    double sum = 0, weight = 0;
    bool is_mean = false;
  };
  void add(Measure measure) { measures_.push_back(std::move(measure)); }

  std::vector<Measure> measures_;
};

/// Weight of a step in the loss of its batch, by whether its input is MASK. The weights of all
/// steps of a batch sum to 1.
struct StepWeights {
  double masked = 0, unmasked = 0;
};
/// `masked_weight` is the total weight of the steps whose input is MASK, if there are both kinds.
StepWeights step_weights(double masked, double unmasked, double masked_weight);

/// Factors on a shard's losses, from the whole batch.
struct BatchScales {
  StepWeights steps;
  double frame = 0, shard = 0, contrast = 0;
};

/// Pieces whose strings are contrasted with one another, processed by one thread.
struct DecoderShard : Shard {
  std::vector<std::vector<int>> crop_tokens;  ///< per crop, a token for each of its frames

  std::vector<TargetString> strings;               ///< of the pieces
  std::vector<model::DecoderSequence> conditions;  ///< the pieces' audio
  std::vector<std::size_t> own_prefix;             ///< pieces whose prefix the student writes
  model::DecoderBatch batch;  ///< teacher forcing, contrasts, then the student's own prefixes
  std::vector<StepTarget> targets, own_targets;  ///< of the first rows of the batch, of the last
  struct Contrast {
    std::size_t own = 0;
    std::vector<std::size_t> strings, conditions;  ///< sequences of the batch
  };
  std::vector<Contrast> contrasts;
  double masked = 0, unmasked = 0, capped = 0;  ///< steps and strings

  Measures measures;
};

/// The input of an objective: a shard after the student's forward pass, and the gradients to add
/// to.
struct ObjectiveInput {
  const Recipe& recipe;
  const DecoderStageConfig& config;
  const BatchScales& scales;
  const DecoderShard& shard;
  const model::Decoder& decoder;
  const model::Decoder::Cache& cache;
  model::Decoder::OutputGradients& gradients;
  /// Of the encoder, if it is trained: codes of unit length; embeddings and their gradient, both
  /// (frames, dimension).
  struct Frames {
    const float* codebook;
    nn::Precision precision;
    const std::vector<float>& embeddings;
    std::vector<float>& gradient;
  };
  const Frames* frames = nullptr;
};

/// The shard's contribution to the loss of the batch; adds its gradient, times `weight`.
using ObjectiveLoss = double(const ObjectiveInput& in, double weight, Measures& measures);

struct Objective {
  const char* name;  ///< NAME_weight is its key in a recipe; null: no key, weight 1
  ObjectiveLoss* loss;
  double fixed_teacher_weight, ema_teacher_weight;  ///< defaults, unless a recipe gives them
};
const std::vector<Objective>& objectives();

/// −log of a probability and d(−weight · log p)/dp, both bounded for p close to 0.
double negative_log(float probability);
float negative_log_gradient(double weight, float probability);

/// Calls take(row of the outputs, target, weight, whether after the student's own prefix) for every
/// step of the strings.
template <class Take>
void for_each_step(const ObjectiveInput& in, Take take) {
  const DecoderShard& shard = in.shard;
  const StepWeights& steps = in.scales.steps;
  const auto go = [&](const std::vector<StepTarget>& targets, std::size_t row, bool is_own) {
    for (const StepTarget& target : targets) {
      const bool masked = shard.batch.inputs[row] == in.decoder.mask();
      take(row++, target, target.weight * (masked ? steps.masked : steps.unmasked), is_own);
    }
  };
  go(shard.targets, 0, false);
  go(shard.own_targets, static_cast<std::size_t>(in.cache.rows) - shard.own_targets.size(), true);
}

/// Zeroes the gradients, then evaluates all objectives: sets loss, their weighted sum, and measures
/// of `shard`.
void take_losses(const ObjectiveInput& in, DecoderShard& shard);

/// For each string, the `count` nearest others by edit distance over the longer length, ties by
/// index: the hardest negatives. `contents`: content number of each string; strings of the same
/// content are not negatives of each other.
std::vector<std::vector<std::size_t>> hardest_negatives(const std::vector<TargetString>& strings,
                                                        const std::vector<std::size_t>& contents,
                                                        int count);

}  // namespace pairalign::train

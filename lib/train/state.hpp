// What must survive a restart, all of it: a checkpoint holds this struct and nothing else.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nn/adamw.hpp"

namespace pairalign::train {

struct TrainingState {
  std::int64_t step = 0;     ///< steps done; with the recipe's seed, also the position in the data
  std::int64_t samples = 0;  ///< of the corpus: the position means nothing in another one
  std::vector<float> student;  ///< parameters, in the layout of the table
  std::vector<float> teacher;  ///< their exponential moving average: what is exported
  nn::AdamWState optimizer;
  /// Running mean and variance of the teacher's embedding, (dimension) each. Embeddings are centred
  /// and scaled by them, as constants, before they are normalised; without it the codes collapse.
  std::vector<float> centre, variance;
};

/// Writes the state and the recipe as one safetensors file, in one step.
void save_checkpoint(const std::string& path, const TrainingState& state,
                     const std::string& recipe_json);

/// The recipe of a checkpoint and its state. Throws Error(path, reason) when it is not whole or is
/// no checkpoint; the caller checks the sizes against its table.
struct Checkpoint {
  std::string recipe_json;
  TrainingState state;
};
Checkpoint load_checkpoint(const std::string& path);

}  // namespace pairalign::train

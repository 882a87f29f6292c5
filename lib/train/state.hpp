// Everything that must survive a restart: a checkpoint holds this struct and the recipe, nothing
// else.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nn/adamw.hpp"

namespace pairalign::train {

/// What a stage did so far, for the report at the end.
struct StageRecord {
  double seconds = 0;        ///< spent in its steps, including those before a resume
  double loss = 0;           ///< running mean over some fifty steps
  std::int64_t skipped = 0;  ///< steps that changed nothing, as their gradients were not finite
};

struct TrainingState {
  std::size_t stage = 0;  ///< index in the recipe's list of stages
  /// Steps done in this stage; with the recipe's seed and the stage's name, also the position in
  /// the data.
  std::int64_t step = 0;
  std::int64_t samples = 0;    ///< in the corpus: the position is meaningless in another one
  std::uint64_t pairs = 0;     ///< fingerprint of the natural pairs, likewise; 0: none
  std::uint64_t noise = 0;     ///< and of the noises
  std::vector<float> student;  ///< parameters, in the layout of the stage's table
  std::vector<float> teacher;  ///< their exponential moving average: what is exported
  nn::AdamWState optimizer;
  /// Running mean and variance of the teacher's embedding, (dimension) each, in the geometric
  /// stage; later they are folded into the projection, and these are 0 and 1. Embeddings are
  /// centred and scaled by them, as constants, before they are normalised; without this the codes
  /// collapse.
  std::vector<float> centre, variance;
  /// The penalty of the Viterbi path at which the decoder's targets have the token rate wanted; 0:
  /// not yet set. It is carried over from stage to stage.
  double length_control = 0;
  /// Running shares of the tokens and of the codes among the teacher's choices of targets, (codes)
  /// each, in the stages of the decoder; see balance.hpp. Empty: none chosen yet.
  std::vector<float> token_shares, code_shares;
  std::vector<StageRecord> records;  ///< of the stages begun
};

/// Writes the state and the recipe as one safetensors file, atomically.
void save_checkpoint(const std::string& path, const TrainingState& state,
                     const std::string& recipe_json);

/// The recipe of a checkpoint and its state. Throws Error(path, reason) if it is incomplete or not
/// a checkpoint; the caller checks the sizes against its table.
struct Checkpoint {
  std::string recipe_json;
  TrainingState state;
};
Checkpoint load_checkpoint(const std::string& path);

}  // namespace pairalign::train

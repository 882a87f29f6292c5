// Everything that decides what a training run computes, in one struct with one JSON form.
#pragma once

#include <cstdint>
#include <string>

#include "audio/log_mel.hpp"
#include "audio/views.hpp"
#include "model/encoder.hpp"
#include "nn/adamw.hpp"

namespace pairalign::train {

/// Stage I, the geometric tokenizer: a frame of a degraded piece must be given the code that the
/// EMA teacher gives the same moment of the clean recording in context.
struct GeometricConfig {
  std::int64_t steps = 8000;
  int crops = 32;  ///< stretches of recordings per step; the teacher hears them clean
  double crop_seconds = 3.2;
  int views = 2;                    ///< degraded pieces of each crop per step, for the student
  double piece_low_seconds = 0.8;   ///< length of a piece: uniform between these …
  double piece_high_seconds = 3.0;  ///< … at a random place of the crop
  double teacher_warp = 0.5;        ///< the teacher's share of the ranges of tempo and frequency
  double temperature = 0.1;         ///< of the student's softmax over codes
  double sinkhorn_epsilon = 0.04;   ///< entropy of the teacher's balanced assignment
  int sinkhorn_iterations = 3;
  /// Weight of a silent frame against one of speech, in the balance of the codes and in the loss.
  /// With 1, silence is spread over as large a share of the codes as it has of the recordings.
  double silence_weight = 0.1;
  double ema_start = 0.99;     ///< decay of the teacher's weights, at first …
  double ema_end = 0.9995;     ///< … and, along a half cosine, at the end
  double centre_decay = 0.99;  ///< of the running mean and deviation of the embedding
};

struct Recipe {
  std::uint64_t seed = 1;
  model::EncoderConfig encoder;
  audio::LogMelConfig features;
  audio::ViewConfig views;
  nn::AdamWConfig optimizer;
  GeometricConfig geometric;
  double validation_share = 0.02;       ///< of the recordings, when no --valid folder is given
  std::int64_t validate_every = 500;    ///< steps
  std::int64_t checkpoint_every = 500;  ///< steps
};

/// Throws Error("", reason) for text that is no JSON object, an unknown key (named with its path),
/// a value of the wrong type or out of range.
Recipe parse_recipe(const std::string& text);

/// All values, defaults included, indented; `parse_recipe` of it gives the same recipe.
std::string to_json(const Recipe& recipe);

}  // namespace pairalign::train

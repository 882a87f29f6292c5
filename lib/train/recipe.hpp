// Everything that decides what a training run computes, in one struct with one JSON form.
#pragma once

#include <cstdint>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "audio/log_mel.hpp"
#include "model/decoder.hpp"
#include "model/encoder.hpp"
#include "nn/adamw.hpp"
#include "train/views.hpp"

namespace pairalign::train {

/// How the crops and pieces of a step are drawn.
struct CropConfig {
  int crops = 32;  ///< spans of recordings per step; the teacher sees them clean
  double crop_seconds = 3.2;
  int views = 2;                    ///< degraded pieces of each crop per step, for the student
  double piece_low_seconds = 0.4;   ///< length of a piece: uniform between these …
  double piece_high_seconds = 2.0;  ///< … at a random place of the crop
  double teacher_warp = 0;          ///< ranges of the teacher's warps, as a share of the views'
  /// Share of the crops, taken two by two, that hold a natural pair (natural_pairs.hpp), if a run
  /// has any; 0: none.
  double pair_share = 0.6;
  /// Probability that a piece of such a crop takes its targets inside the pair's span from the
  /// partner, frame by frame as dynamic time warping aligns the two.
  double pair_crossing = 0.75;
  /// Share of the stage's steps before the first pair: frames of an untrained encoder cannot be
  /// aligned.
  double pair_warmup = 0;
};

/// What every stage has.
struct StageConfig : CropConfig {
  std::int64_t steps = 10000;
  double ema_start = 0.99;  ///< decay of the teacher's weights at the start …
  double ema_end = 0.999;   ///< … and at the end, along a half cosine
};

/// Which spans make natural pairs, and how they are drawn.
struct PairConfig {
  double tempering = 0.5;     ///< types are drawn by their number of spans to this power
  double low_seconds = 0.2;   ///< shortest span …
  double high_seconds = 1.8;  ///< … and longest
  double slack_seconds = 0;   ///< at either end of a span, not crossed over: ends are uncertain
  /// Share of natural pairs in the tables of substitution scores; the rest are degraded views.
  double table_share = 0.5;
};

/// Stage I, the geometric tokenizer: a frame of a degraded piece must get the code that the EMA
/// teacher gives the same moment of the clean recording in context.
struct GeometricConfig : StageConfig {
  /// Short pieces: near an end the encoder has context on one side only, and most of a query is
  /// near an end.
  GeometricConfig() {
    teacher_warp = 0.5;
    piece_low_seconds = 0.3;
    piece_high_seconds = 1.5;
    pair_warmup = 0.15;
    ema_end = 0.9995;
  }

  double temperature = 0.1;        ///< of the student's softmax over codes
  double sinkhorn_epsilon = 0.04;  ///< entropy regularisation of the teacher's assignment
  int sinkhorn_iterations = 10;
  /// Weight of a silent frame relative to one of speech, in the balance of the codes and in the
  /// loss. With 1, silence takes as large a share of the codes as it has of the recordings.
  double silence_weight = 0.1;
  /// How far the teacher's scores of a frame move to their mean over its segment, on the path with
  /// this penalty per segment, before they are balanced: 0, targets of frames; 1, of segments.
  double segment_share = 0, segment_penalty = 0.39;
  double centre_decay = 0.99;  ///< of the running mean and deviation of the embedding
};

/// Stages II and III, the autoregressive tokenizer: from a degraded piece, the decoder must write
/// the string of the clean crop. A weight or share of 0 turns a part off.
struct DecoderStageConfig : StageConfig {
  DecoderStageConfig() {
    optimizer.learning_rate = 1e-3;
    optimizer.warmup_steps = 200;
  }

  nn::AdamWConfig optimizer;
  double encoder_rate = 0.1;  ///< learning rate of the encoder relative to the decoder's; 0: frozen

  /// Where the strings of the clean crops come from: "geometric", the duration-penalised Viterbi
  /// path, or "decoded", what the EMA teacher decodes freely.
  std::string targets = "geometric";
  double target_rate = 12.5;      ///< tokens per second of the strings
  double repetition_penalty = 1;  ///< of free decoding: see DecodeOptions
  double cap = 0.3;               ///< of free decoding: most tokens per log-mel frame
  double target_balance = 0;      ///< balance exponent of the teacher's choices: balance.hpp

  double mask_start = 0.3;     ///< share of the prefix read as MASK, at the start …
  double mask_end = 0.1;       ///< … and at the end, linearly
  double masked_weight = 0.5;  ///< total weight of steps whose input is MASK; others have the rest
  double self_attention_dropout = 0.1;  ///< probability that a sequence goes without the branch
  double scheduled_sampling = 0.5;  ///< share of the pieces whose prefix the student decodes itself
  double anchor_jitter = 0.2;       ///< probability that an anchor is moved by one frame

  /// Weights of the objectives (objective.hpp), by name: NAME_weight in a recipe; 0 turns one off.
  std::map<std::string, double> weights;
  int contrast_negatives = 2;  ///< the hardest strings of the shard, used as negatives of a piece
  double contrast_share = 0.0625;  ///< of the pieces
  double contrast_temperature = 1;

  /// Stage II: strings of the geometric tokenizer, whose encoder is frozen.
  static DecoderStageConfig fixed_teacher();
  /// Stage III: strings that the EMA teacher decodes; the encoder is trained too.
  static DecoderStageConfig ema_teacher();
};

/// The stages, in the order in which they can follow one another.
inline constexpr const char* kGeometric = "geometric";
inline constexpr const char* kFixedTeacher = "fixed-teacher";
inline constexpr const char* kEmaTeacher = "ema-teacher";
inline constexpr const char* kStageNames[] = {kGeometric, kFixedTeacher, kEmaTeacher};

struct Recipe {
  std::uint64_t seed = 1;
  std::vector<std::string> stages = {std::begin(kStageNames), std::end(kStageNames)};
  /// Most epochs of any stage: on a small corpus a stage has fewer steps than its own number; see
  /// `fit_to_corpus`. 0: no limit.
  double epochs = 200;
  model::EncoderConfig encoder;
  model::DecoderConfig decoder;
  audio::LogMelConfig features;
  ViewConfig views;
  PairConfig pairs;
  nn::AdamWConfig optimizer;  ///< of the geometric stage
  GeometricConfig geometric;
  DecoderStageConfig fixed_teacher = DecoderStageConfig::fixed_teacher();
  DecoderStageConfig ema_teacher = DecoderStageConfig::ema_teacher();
  double validation_share = 0.02;       ///< of the recordings, when no --valid folder is given
  std::int64_t validate_every = 500;    ///< steps
  std::int64_t checkpoint_every = 500;  ///< steps
};

/// The configuration of the stage of this name.
const StageConfig& stage_config(const Recipe& recipe, const std::string& stage);

/// Limits the steps of every stage to `epochs` over `seconds` of audio, but not below kMinSteps
/// (the learning rate must rise and fall), and never raises what the recipe says.
inline constexpr std::int64_t kMinSteps = 300;
Recipe fit_to_corpus(Recipe recipe, double seconds);

/// Throws Error("", reason) for text that is not a JSON object, an unknown key (named with its
/// path), a value of the wrong type or out of range.
Recipe parse_recipe(const std::string& text);

/// All values, defaults included, indented; `parse_recipe` of it gives the same recipe.
std::string to_json(const Recipe& recipe);

}  // namespace pairalign::train

#include "train/recipe.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/span.hpp"
#include "model/config_json.hpp"
#include "train/objective.hpp"

namespace pairalign::nn {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(AdamWConfig, learning_rate, final_learning_rate,
                                                beta1, beta2, epsilon, weight_decay, clip_norm,
                                                warmup_steps)

}  // namespace pairalign::nn

namespace pairalign::train {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(
    ViewConfig, gain_db, noise_probability, noise_snr_low_db, noise_snr_high_db,
    band_pass_probability, band_pass_low_hz, band_pass_high_hz, equaliser_probability, equaliser_db,
    reverb_probability, reverb_rt60_low_s, reverb_rt60_high_s, tempo, frequency, frequency_apart,
    pitch, time_mask_probability, time_mask_frames, band_mask_probability, band_mask_bands)

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(PairConfig, tempering, low_seconds, high_seconds,
                                                slack_seconds, table_share)

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(GeometricConfig, steps, crops, crop_seconds, views,
                                                piece_low_seconds, piece_high_seconds, teacher_warp,
                                                pair_share, pair_crossing, pair_warmup, temperature,
                                                sinkhorn_epsilon, sinkhorn_iterations,
                                                silence_weight, ema_start, ema_end, centre_decay,
                                                segment_share, segment_penalty)

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(
    DecoderStageConfig, steps, crops, crop_seconds, views, piece_low_seconds, piece_high_seconds,
    teacher_warp, pair_share, pair_crossing, pair_warmup, optimizer, encoder_rate, targets,
    target_rate, repetition_penalty, cap, target_balance, ema_start, ema_end, mask_start, mask_end,
    masked_weight, self_attention_dropout, scheduled_sampling, anchor_jitter, weights,
    contrast_negatives, contrast_share, contrast_temperature)

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Recipe, seed, stages, epochs, encoder, decoder,
                                                features, views, pairs, optimizer, geometric,
                                                fixed_teacher, ema_teacher, validation_share,
                                                validate_every, checkpoint_every)

namespace {

using nlohmann::json;

// Apart from the seed, integers are ints, or numbers of steps far below what an int holds.
bool holds(const json& known, const json& given) {
  return known.is_number_unsigned() ? given.is_number_unsigned() : numbers_fit_int(given);
}

constexpr const char* kDecoderSections[] = {"fixed_teacher", "ema_teacher"};

// In a recipe the weights of objectives are flattened: {"weights": {"end": 1}} is "end_weight": 1.
json with_flat_weights(json recipe) {
  for (const char* section : kDecoderSections) {
    for (const auto& [name, value] : recipe[section]["weights"].items())
      recipe[section][name + "_weight"] = value;
    recipe[section].erase("weights");
  }
  return recipe;
}

Recipe from_flat_weights(json recipe) {
  const Recipe defaults;
  for (const char* section : kDecoderSections) {
    for (const auto& [name, value] : defaults.fixed_teacher.weights)
      recipe[section]["weights"][name] = recipe[section][name + "_weight"];
  }
  return recipe.get<Recipe>();
}

void rename_key(json& object, const char* old, const char* now) {
  if (!object.is_object() || !object.contains(old) || object.contains(now)) return;
  object[now] = object[old];
  object.erase(old);
}

// Translates recipes of earlier versions, also inside models: renames old keys, and drops those of
// removed parts if they are 0, which turned the part off.
void translate_old_keys(json& recipe) {
  rename_key(recipe, "passes", "epochs");
  for (const char* section : kDecoderSections) {
    if (!recipe.is_object() || !recipe.contains(section) || !recipe[section].is_object()) continue;
    rename_key(recipe[section], "own_prefix", "scheduled_sampling");
    for (const char* key : {"top_p", "length_weight", "ctc_weight"}) {
      const auto found = recipe[section].find(key);
      if (found != recipe[section].end() && *found == 0) recipe[section].erase(found);
    }
  }
}

const char* type_fault(const json& given, const json& known) {
  if (known.is_number() && !given.is_number()) return "not a number";
  if (known.is_number_integer() && !given.is_number_integer()) return "not a whole number";
  if (known.is_number_integer() && !holds(known, given)) return "out of range";
  if (known.is_boolean() && !given.is_boolean()) return "neither true nor false";
  if (known.is_string() && !given.is_string()) return "not a text";
  if (known.is_array() && !given.is_array()) return "not a list";
  return nullptr;
}

// A misspelt key must not silently leave a default in place.
void check_keys(const json& given, const json& known, const std::string& path) {
  if (!given.is_object()) throw Error("", (path.empty() ? "the recipe" : path) + ": not an object");
  for (const auto& [key, value] : given.items()) {
    std::string name = path.empty() ? "" : path + '.';
    name += key;
    if (!known.contains(key))
      throw Error("", "unknown key " + name + "; pa-train --print-recipe shows those there are");
    if (known[key].is_object()) check_keys(value, known[key], name);
    if (const char* fault = type_fault(value, known[key])) throw Error("", name + ": " + fault);
  }
}

// The values that a number may have.
struct Range {
  const char* key;
  double low, high;
};
constexpr Range kPairRanges[] = {{"tempering", 0, 1},
                                 {"high_seconds", 0.04, 60},
                                 {"table_share", 0, 1},
                                 {"slack_seconds", 0, 1}};
constexpr Range kOptimizerRanges[] = {{"learning_rate", 0, 10}, {"final_learning_rate", 0, 10},
                                      {"beta1", 0, 0.999999},   {"beta2", 0, 0.999999},
                                      {"epsilon", 1e-12, 1},    {"weight_decay", 0, 10},
                                      {"clip_norm", 0, 1e9},    {"warmup_steps", 0, 1e9}};
constexpr Range kStageRanges[] = {
    {"steps", 1, 1e9},      {"crops", 1, 4096},   {"crop_seconds", 0.2, 60}, {"views", 1, 16},
    {"teacher_warp", 0, 1}, {"pair_share", 0, 1}, {"pair_crossing", 0, 1},   {"pair_warmup", 0, 1},
    {"ema_start", 0, 1},    {"ema_end", 0, 1}};
constexpr Range kGeometricRanges[] = {
    {"temperature", 1e-3, 10},  {"sinkhorn_epsilon", 0.02, 10}, {"sinkhorn_iterations", 0, 100},
    {"silence_weight", 0, 1},   {"centre_decay", 0, 1},         {"segment_share", 0, 1},
    {"segment_penalty", 0, 100}};
constexpr Range kDecoderRanges[] = {{"encoder_rate", 0, 10},
                                    {"target_rate", 0.1, model::kFramesPerSecond},
                                    {"repetition_penalty", 1, 100},
                                    {"cap", 0.001, 1.0 / model::kStride},
                                    {"contrast_negatives", 0, 4096},
                                    {"contrast_temperature", 1e-3, 1e3},
                                    {"target_balance", 0, 1},
                                    {"mask_start", 0, 1},
                                    {"mask_end", 0, 1},
                                    {"masked_weight", 0, 1},
                                    {"self_attention_dropout", 0, 1},
                                    {"scheduled_sampling", 0, 1},
                                    {"anchor_jitter", 0, 1},
                                    {"contrast_share", 0, 1}};

void check_ranges(const std::string& section, const json& values, Span<const Range> ranges) {
  for (const auto& [key, low, high] : ranges)
    check_range((section + "." + key).c_str(), values.at(key).get<double>(), low, high);
}

template <class Config>
void check_stage(const std::string& section, const Config& c, Span<const Range> ranges) {
  check_ranges(section, c, kStageRanges);
  check_ranges(section, c, ranges);
  const std::string prefix = section + ".piece_";
  check_range((prefix + "low_seconds").c_str(), c.piece_low_seconds, 0.1, c.piece_high_seconds);
  check_range((prefix + "high_seconds").c_str(), c.piece_high_seconds, 0.1, c.crop_seconds);
}

void check_decoder_stage(const std::string& section, const DecoderStageConfig& c) {
  check_stage(section, c, kDecoderRanges);
  check_ranges(section + ".optimizer", c.optimizer, kOptimizerRanges);
  if (c.targets != "geometric" && c.targets != "decoded") {
    throw Error("", section + ".targets is " + c.targets + ", neither geometric nor decoded");
  }
  for (const auto& [name, value] : c.weights)
    check_range((section + "." + name + "_weight").c_str(), value, 0, 1e3);
}

// They must be a subset of all stages, in order: each continues from the result of the one before.
void check_stages(const std::vector<std::string>& stages) {
  if (stages.empty()) throw Error("", "stages: none is named");
  const auto* next = std::begin(kStageNames);
  for (const std::string& stage : stages) {
    const auto* found = std::find(std::begin(kStageNames), std::end(kStageNames), stage);
    if (found == std::end(kStageNames)) throw Error("", "stages: there is no stage " + stage);
    if (found < next) throw Error("", "stages: " + stage + " is named twice or too late");
    next = found + 1;
  }
}

void check_values(const Recipe& r) {
  check_stages(r.stages);
  check_range("epochs", r.epochs, 0, 1e9);
  model::check(r.encoder, r.features);
  model::check(r.decoder);
  check(r.views);
  check_ranges("pairs", r.pairs, kPairRanges);
  check_range("pairs.low_seconds", r.pairs.low_seconds, 0.04, r.pairs.high_seconds);
  check_ranges("optimizer", r.optimizer, kOptimizerRanges);
  check_stage("geometric", r.geometric, kGeometricRanges);
  check_decoder_stage("fixed_teacher", r.fixed_teacher);
  check_decoder_stage("ema_teacher", r.ema_teacher);
  check_range("validation_share", r.validation_share, 0, 0.5);
  check_range("validate_every", static_cast<double>(r.validate_every), 1, 1e9);
  check_range("checkpoint_every", static_cast<double>(r.checkpoint_every), 1, 1e9);
}

// Weights of the objectives, each by its member for the stage.
std::map<std::string, double> default_weights(double Objective::*weight) {
  std::map<std::string, double> weights;
  for (const Objective& objective : objectives())
    if (objective.name != nullptr) weights[objective.name] = objective.*weight;
  return weights;
}

}  // namespace

DecoderStageConfig DecoderStageConfig::fixed_teacher() {
  DecoderStageConfig config;
  config.steps = 1000;
  config.encoder_rate = 0;
  config.optimizer.learning_rate = 1.2e-3;
  config.weights = default_weights(&Objective::fixed_teacher_weight);
  return config;
}

DecoderStageConfig DecoderStageConfig::ema_teacher() {
  DecoderStageConfig config;
  config.steps = 900;
  config.targets = "decoded";
  config.target_balance = 1;
  config.optimizer.learning_rate = 4e-4;
  config.weights = default_weights(&Objective::ema_teacher_weight);
  return config;
}

const StageConfig& stage_config(const Recipe& recipe, const std::string& stage) {
  if (stage == kGeometric) return recipe.geometric;
  return stage == kFixedTeacher ? recipe.fixed_teacher : recipe.ema_teacher;
}

Recipe fit_to_corpus(Recipe recipe, double seconds) {
  if (recipe.epochs == 0) return recipe;
  for (StageConfig* stage : std::initializer_list<StageConfig*>{
           &recipe.geometric, &recipe.fixed_teacher, &recipe.ema_teacher}) {
    const double heard_per_step = stage->crops * stage->crop_seconds;
    const auto most =
        static_cast<std::int64_t>(std::ceil(recipe.epochs * seconds / heard_per_step));
    stage->steps = std::min(stage->steps, std::max(most, kMinSteps));
  }
  return recipe;
}

Recipe parse_recipe(const std::string& text) {
  try {
    json given = parse_json<json>(text);
    translate_old_keys(given);
    json whole = with_flat_weights(Recipe{});  // the two decoder stages differ in their defaults
    check_keys(given, whole, "");
    whole.merge_patch(given);
    Recipe recipe = from_flat_weights(whole);
    check_values(recipe);
    return recipe;
  } catch (const json::exception& error) {
    throw Error("", json_fault(error));
  }
}

std::string to_json(const Recipe& recipe) {
  return with_flat_weights(recipe).dump(2) + "\n";
}

}  // namespace pairalign::train

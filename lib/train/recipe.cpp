#include "train/recipe.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/json.hpp"
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

// Checks ranges of the values of one section, whose name goes into errors.
class SectionCheck {
 public:
  explicit SectionCheck(std::string section) : section_(std::move(section)) {}
  void range(const char* name, double value, double low, double high) const {
    check_range((section_ + "." + name).c_str(), value, low, high);
  }

 private:
  std::string section_;
};

void check_common(const SectionCheck& check, const StageConfig& c) {
  check.range("steps", static_cast<double>(c.steps), 1, 1e9);
  check.range("crops", c.crops, 1, 4096);
  check.range("crop_seconds", c.crop_seconds, 0.2, 60);
  check.range("views", c.views, 1, 16);
  check.range("piece_low_seconds", c.piece_low_seconds, 0.1, c.piece_high_seconds);
  check.range("piece_high_seconds", c.piece_high_seconds, 0.1, c.crop_seconds);
  check.range("teacher_warp", c.teacher_warp, 0, 1);
  check.range("pair_share", c.pair_share, 0, 1);
  check.range("pair_crossing", c.pair_crossing, 0, 1);
  check.range("pair_warmup", c.pair_warmup, 0, 1);
  check.range("ema_start", c.ema_start, 0, 1);
  check.range("ema_end", c.ema_end, 0, 1);
}

void check_stage(const GeometricConfig& g) {
  const SectionCheck check("geometric");
  check_common(check, g);
  check.range("temperature", g.temperature, 1e-3, 10);
  check.range("sinkhorn_epsilon", g.sinkhorn_epsilon, 0.02, 10);
  check.range("sinkhorn_iterations", g.sinkhorn_iterations, 0, 100);
  check.range("silence_weight", g.silence_weight, 0, 1);
  check.range("centre_decay", g.centre_decay, 0, 1);
  check.range("segment_share", g.segment_share, 0, 1);
  check.range("segment_penalty", g.segment_penalty, 0, 100);
}

void check_stage(const std::string& section, const DecoderStageConfig& c) {
  const SectionCheck check(section);
  check_common(check, c);
  check.range("optimizer.learning_rate", c.optimizer.learning_rate, 0, 10);
  check.range("encoder_rate", c.encoder_rate, 0, 10);
  if (c.targets != "geometric" && c.targets != "decoded") {
    throw Error("", section + ".targets is " + c.targets + ", neither geometric nor decoded");
  }
  check.range("target_rate", c.target_rate, 0.1, model::kFramesPerSecond);
  check.range("repetition_penalty", c.repetition_penalty, 1, 100);
  check.range("cap", c.cap, 0.001, 1.0 / model::kStride);
  check.range("contrast_negatives", c.contrast_negatives, 0, 4096);
  check.range("contrast_temperature", c.contrast_temperature, 1e-3, 1e3);
  const std::pair<const char*, double> shares[] = {
      {"target_balance", c.target_balance},
      {"mask_start", c.mask_start},
      {"mask_end", c.mask_end},
      {"masked_weight", c.masked_weight},
      {"self_attention_dropout", c.self_attention_dropout},
      {"scheduled_sampling", c.scheduled_sampling},
      {"anchor_jitter", c.anchor_jitter},
      {"contrast_share", c.contrast_share}};
  for (const auto& [name, value] : shares)
    check.range(name, value, 0, 1);
  for (const auto& [name, value] : c.weights)
    check.range((name + "_weight").c_str(), value, 0, 1e3);
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
  check_range("pairs.tempering", r.pairs.tempering, 0, 1);
  check_range("pairs.low_seconds", r.pairs.low_seconds, 0.04, r.pairs.high_seconds);
  check_range("pairs.high_seconds", r.pairs.high_seconds, 0.04, 60);
  check_range("pairs.table_share", r.pairs.table_share, 0, 1);
  check_range("pairs.slack_seconds", r.pairs.slack_seconds, 0, 1);
  check_range("optimizer.learning_rate", r.optimizer.learning_rate, 0, 10);
  check_stage(r.geometric);
  check_stage("fixed_teacher", r.fixed_teacher);
  check_stage("ema_teacher", r.ema_teacher);
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

nn::AdamWConfig DecoderStageConfig::default_optimizer() {
  nn::AdamWConfig config;
  config.learning_rate = 1e-3;
  config.final_learning_rate = 1e-5;
  config.warmup_steps = 200;
  return config;
}

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
    json given = json::parse(text);
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

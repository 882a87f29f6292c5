#include "train/recipe.hpp"

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "model/config_json.hpp"

namespace pairalign::audio {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(
    ViewConfig, gain_db, noise_probability, noise_snr_low_db, noise_snr_high_db,
    band_pass_probability, band_pass_low_hz, band_pass_high_hz, equaliser_probability, equaliser_db,
    reverb_probability, reverb_rt60_low_s, reverb_rt60_high_s, tempo, frequency,
    time_mask_probability, time_mask_frames, band_mask_probability, band_mask_bands)

}  // namespace pairalign::audio

namespace pairalign::nn {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(AdamWConfig, learning_rate, final_learning_rate,
                                                beta1, beta2, epsilon, weight_decay, clip_norm,
                                                warmup_steps)

}  // namespace pairalign::nn

namespace pairalign::train {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(GeometricConfig, steps, crops, crop_seconds, views,
                                                piece_low_seconds, piece_high_seconds, teacher_warp,
                                                temperature, sinkhorn_epsilon, sinkhorn_iterations,
                                                silence_weight, ema_start, ema_end, centre_decay)

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Recipe, seed, encoder, features, views, optimizer,
                                                geometric, validation_share, validate_every,
                                                checkpoint_every)

namespace {

using nlohmann::json;

// A misspelt key must not be taken for a default.
void check_keys(const json& given, const json& known, const std::string& path) {
  if (!given.is_object()) throw Error("", (path.empty() ? "the recipe" : path) + ": not an object");
  for (const auto& [key, value] : given.items()) {
    const std::string name = path.empty() ? key : path + "." + key;
    if (!known.contains(key)) throw Error("", "unknown key " + name);
    if (known[key].is_object()) check_keys(value, known[key], name);
    if (known[key].is_number() && !value.is_number()) throw Error("", name + ": not a number");
    if (known[key].is_number_integer() && !value.is_number_integer()) {
      throw Error("", name + ": not a whole number");
    }
  }
}

void check_values(const Recipe& r) {
  model::check(r.encoder, r.features);
  const GeometricConfig& g = r.geometric;
  check_range("geometric.steps", static_cast<double>(g.steps), 1, 1e9);
  check_range("geometric.crops", g.crops, 1, 4096);
  check_range("geometric.crop_seconds", g.crop_seconds, 0.2, 60);
  check_range("geometric.views", g.views, 1, 16);
  check_range("geometric.piece_low_seconds", g.piece_low_seconds, 0.1, g.piece_high_seconds);
  check_range("geometric.piece_high_seconds", g.piece_high_seconds, 0.1, g.crop_seconds);
  check_range("geometric.teacher_warp", g.teacher_warp, 0, 1);
  check_range("geometric.temperature", g.temperature, 1e-3, 10);
  check_range("geometric.sinkhorn_epsilon", g.sinkhorn_epsilon, 0.02, 10);
  check_range("geometric.sinkhorn_iterations", g.sinkhorn_iterations, 0, 100);
  check_range("geometric.silence_weight", g.silence_weight, 0, 1);
  check_range("geometric.ema_start", g.ema_start, 0, 1);
  check_range("geometric.ema_end", g.ema_end, 0, 1);
  check_range("geometric.centre_decay", g.centre_decay, 0, 1);
  audio::check(r.views);
  check_range("optimizer.learning_rate", r.optimizer.learning_rate, 0, 10);
  check_range("validation_share", r.validation_share, 0, 0.5);
  check_range("validate_every", static_cast<double>(r.validate_every), 1, 1e9);
  check_range("checkpoint_every", static_cast<double>(r.checkpoint_every), 1, 1e9);
}

}  // namespace

Recipe parse_recipe(const std::string& text) {
  try {
    const json given = json::parse(text);
    check_keys(given, json(Recipe{}), "");
    const auto recipe = given.get<Recipe>();
    check_values(recipe);
    return recipe;
  } catch (const json::exception& error) {
    throw Error("", error.what());
  }
}

std::string to_json(const Recipe& recipe) {
  return json(recipe).dump(2) + "\n";
}

}  // namespace pairalign::train

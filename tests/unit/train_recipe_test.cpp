#include <doctest/doctest.h>

#include "base/error.hpp"
#include "train/corpus.hpp"
#include "train/recipe.hpp"

using namespace pairalign;
using namespace pairalign::train;

TEST_CASE("what is not given keeps its default, and a printed recipe reads back the same") {
  const Recipe recipe = parse_recipe(R"({"seed": 7, "geometric": {"steps": 12}})");
  CHECK(recipe.seed == 7);
  CHECK(recipe.geometric.steps == 12);
  CHECK(recipe.geometric.crops == Recipe{}.geometric.crops);
  CHECK(to_json(parse_recipe(to_json(recipe))) == to_json(recipe));
}

TEST_CASE("each decoder stage keeps its own defaults for what is not given") {
  const Recipe recipe = parse_recipe(
      R"({"fixed_teacher": {"steps": 12}, "ema_teacher": {"crops": 3, "optimizer": {"beta1": 0.8}}})");
  CHECK(recipe.fixed_teacher.steps == 12);
  CHECK(recipe.fixed_teacher.encoder_rate == 0);
  CHECK(recipe.fixed_teacher.targets == "geometric");
  CHECK(recipe.ema_teacher.crops == 3);
  CHECK(recipe.ema_teacher.steps == Recipe{}.ema_teacher.steps);
  CHECK(recipe.ema_teacher.targets == "decoded");
  CHECK(recipe.ema_teacher.optimizer.beta1 == 0.8);
  CHECK(recipe.ema_teacher.optimizer.learning_rate == Recipe{}.ema_teacher.optimizer.learning_rate);
}

TEST_CASE("a small corpus is trained for fewer steps, but not for too few") {
  Recipe recipe;
  recipe.epochs = 10;
  recipe.geometric.steps = 1000;
  recipe.geometric.crops = 10;
  recipe.geometric.crop_seconds = 2;  // 20 s a step
  recipe.ema_teacher.steps = 7;
  CHECK(fit_to_corpus(recipe, 1600).geometric.steps == 800);
  CHECK(fit_to_corpus(recipe, 1601).geometric.steps == 801);
  CHECK(fit_to_corpus(recipe, 1e6).geometric.steps == 1000);
  CHECK(fit_to_corpus(recipe, 1).geometric.steps == kMinSteps);
  CHECK(fit_to_corpus(recipe, 1).fixed_teacher.steps == kMinSteps);
  CHECK(fit_to_corpus(recipe, 1).ema_teacher.steps == 7);
  recipe.epochs = 0;
  CHECK(fit_to_corpus(recipe, 1).geometric.steps == 1000);
  CHECK(stage_config(recipe, kGeometric).steps == 1000);
  CHECK(stage_config(recipe, kFixedTeacher).steps == recipe.fixed_teacher.steps);
  CHECK(stage_config(recipe, kEmaTeacher).steps == 7);
}

TEST_CASE("of parts that are gone, recipes of earlier versions may say that they are off") {
  const Recipe recipe = parse_recipe(
      R"({"fixed_teacher": {"ctc_weight": 0.0, "steps": 12}, "ema_teacher": {"top_p": 0, "length_weight": 0}})");
  CHECK(recipe.fixed_teacher.steps == 12);
  CHECK_THROWS_AS(parse_recipe(R"({"ema_teacher": {"top_p": 0.9}})"), Error);
  CHECK_THROWS_AS(parse_recipe(R"({"geometric": {"top_p": 0}})"), Error);
}

TEST_CASE("keys of earlier versions are read under their new names") {
  const Recipe recipe = parse_recipe(R"({"passes": 3, "ema_teacher": {"own_prefix": 0.25}})");
  CHECK(recipe.epochs == 3);
  CHECK(recipe.ema_teacher.scheduled_sampling == 0.25);
  CHECK(recipe.fixed_teacher.scheduled_sampling == Recipe{}.fixed_teacher.scheduled_sampling);
  CHECK_THROWS_AS(parse_recipe(R"({"passes": 3, "epochs": 4})"), Error);
  CHECK_THROWS_AS(parse_recipe(R"({"own_prefix": 0.25})"), Error);
}

TEST_CASE("faults are named") {
  const auto reason = [](const char* text) {
    try {
      parse_recipe(text);
    } catch (const Error& error) {
      return error.reason();
    }
    return std::string("accepted");
  };
  CHECK(reason(R"({"geometric": {"stepz": 12}})") ==
        "unknown key geometric.stepz; pa-train --print-recipe shows those there are");
  CHECK(reason(R"({"geometric": {"steps": "many"}})") == "geometric.steps: not a number");
  CHECK(reason(R"({"geometric": {"steps": 1.5}})") == "geometric.steps: not a whole number");
  CHECK(reason(R"({"geometric": {"steps": 0}})") ==
        "geometric.steps is 0, outside 1 .. 1000000000");
  CHECK(reason(R"({"geometric": 3})") == "geometric: not an object");
  CHECK(reason(R"({"encoder": {"width": 0}})") == "encoder.width is 0, outside 1 .. 4096");
  CHECK(reason(R"({"decoder": {"copy": 1}})") == "decoder.copy: neither true nor false");
  CHECK(reason(R"({"decoder": {"heads": 3}})") == "decoder.heads does not divide decoder.width");
  CHECK(reason(R"({"decoder": {"segment_penalty": 4.5}})") ==
        "decoder.segment_penalty is 4.5, outside 0 .. 4");
  CHECK(reason(R"({"decoder": {"copy": false}})") ==
        "decoder.segment_penalty needs decoder.copy; without it, it is 0");
  CHECK(reason(R"({"decoder": {"copy": false, "segment_penalty": 0}})") == "accepted");
  CHECK(reason(R"({"ema_teacher": {"targets": 1}})") == "ema_teacher.targets: not a text");
  CHECK(reason(R"({"ema_teacher": {"targets": "mine"}})") ==
        "ema_teacher.targets is mine, neither geometric nor decoded");
  CHECK(reason(R"({"ema_teacher": {"mask_end": 2}})") ==
        "ema_teacher.mask_end is 2, outside 0 .. 1");
  CHECK(reason(R"({"fixed_teacher": {"optimizer": {"rate": 2}}})") ==
        "unknown key fixed_teacher.optimizer.rate; pa-train --print-recipe shows those there are");
  CHECK(reason(R"({"optimizer": {"beta1": 1}})") == "optimizer.beta1 is 1, outside 0 .. 0.999999");
  CHECK(reason(R"({"optimizer": {"beta2": -0.1}})") ==
        "optimizer.beta2 is -0.1, outside 0 .. 0.999999");
  CHECK(reason(R"({"optimizer": {"epsilon": 0}})").find("optimizer.epsilon is 0,") == 0);
  for (const char* key : {"final_learning_rate", "weight_decay", "clip_norm", "warmup_steps"}) {
    const std::string section = R"({"ema_teacher": {"optimizer": {")" + std::string(key);
    CHECK(reason((section + R"(": -1}}})").c_str())
              .find("ema_teacher.optimizer." + std::string(key) + " is -1,") == 0);
    CHECK(reason((section + R"(": 0}}})").c_str()) == "accepted");
  }
  CHECK(reason(R"({"views": {"gain_db": -1}})") == "views.gain_db is -1, outside 0 .. 100");
  CHECK(reason(R"({"views": {"noise_snr_low_db": 30}})") ==
        "views.noise_snr_low_db is 30, outside -100 .. 25");
  CHECK(reason(R"({"views": {"tempo": 1}})") ==
        "views: changes of tempo and frequency must lie in 0 .. 1");
  CHECK(reason(R"({"seed": null})") == "seed: not a number");
  CHECK(reason(R"({"stages": "geometric"})") == "stages: not a list");
  CHECK(reason(R"({"stages": []})") == "stages: none is named");
  CHECK(reason(R"({"stages": ["third"]})") == "stages: there is no stage third");
  CHECK(reason(R"({"stages": ["ema-teacher", "geometric"]})") ==
        "stages: geometric is named twice or too late");
  CHECK(reason("[]") == "the recipe: not an object");
  CHECK(reason(R"({"features": {"window": 0}})") == "features.window is 0, outside 1 .. 8192");
  CHECK(reason("{").find("parse error") == 0);
}

TEST_CASE("the validation split follows the name of the file alone") {
  std::vector<std::string> paths;
  for (int i = 0; i < 2000; ++i)
    paths.push_back("corpus/" + std::to_string(i) + ".wav");
  const Split all = split_paths(paths, 0.1);
  CHECK(all.training.size() + all.validation.size() == paths.size());
  CHECK(all.validation.size() > 120);
  CHECK(all.validation.size() < 280);
  const Split half = split_paths({paths.begin(), paths.begin() + 1000}, 0.1);
  CHECK(std::equal(half.validation.begin(), half.validation.end(), all.validation.begin()));
  CHECK(split_paths(paths, 0).validation.empty());
  CHECK(split_paths({"elsewhere/" + all.validation[0].substr(7)}, 0.1).validation.size() == 1);
}

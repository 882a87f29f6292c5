#include "options.hpp"

#include <algorithm>

#include "cli/program.hpp"
#include "cli/values.hpp"
#include "tokens/text.hpp"
#include "train/measures.hpp"
#include "train/recipe.hpp"

namespace pairalign {
namespace {

// CLI11 takes 010 for octal, and wraps numbers that are negative or too large.
std::string fault_of_seed(const std::string& text) {
  std::uint64_t seed = 0;
  if (tokens::parse_whole(text, seed) && std::to_string(seed) == text) return "";
  return "'" + text + "' is not a whole number from 0 to 18446744073709551615";
}

}  // namespace

void add_options(CLI::App& app, TrainOptions& options) {
  cli::add_paths(app, cli::kPath, options.paths,
                 "Audio files, and folders, searched recursively by extension, to train on");
  app.add_option("-o,--output", options.output,
                 "Model file to write (FILE.safetensors); the checkpoint "
                 "is kept beside it as FILE.safetensors.checkpoint")
      ->type_name(cli::kFile);
  app.add_option("--recipe", options.recipe_file,
                 "JSON file with the values that differ from the "
                 "defaults; see --print-recipe")
      ->type_name(cli::kRecipe);
  app.add_flag("--print-recipe", options.print_recipe,
               "Print the complete recipe that results from the options, and exit");
  app.add_option("--stage", options.stages,
                 "Run only these stages of the curriculum, separated by commas and in this order: "
                 "geometric, fixed-teacher, ema-teacher. chance, alone and with --from: do not "
                 "train, but store strings of PATH in the model, from which pa-search estimates "
                 "E-values")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("NAME[,NAME]")
      ->check(cli::one_of(
          {train::kGeometric, train::kFixedTeacher, train::kEmaTeacher, train::kChanceStage}))
      ->default_str("");
  app.add_option("--from", options.from,
                 "Model to start from, instead of the geometric stage (unless --stage names it): "
                 "its encoder, and its decoder if that has the recipe's shape. May be repeated: "
                 "training then starts from the mean of the models' weights; they must all descend "
                 "from one model")
      ->allow_extra_args(false)
      ->type_name(cli::kModel)
      ->default_str("");
  app.add_flag("--resume", options.resume, "Continue from the checkpoint of an interrupted run");
  app.add_flag("--force", options.force,
               "Replace an existing model, and start over even if there is a checkpoint");
  app.add_option("--steps", options.steps,
                 "Optimiser steps of each stage. Default: the recipe's, reduced to at most 200 "
                 "epochs (\"epochs\" in the recipe), but to no fewer than 300 steps, however short "
                 "the audio")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000'000));
  app.add_option("--seed", options.seed, "Random seed, instead of the recipe's")
      ->type_name("N")
      ->check(CLI::Validator(fault_of_seed, ""));
  app.add_option("--valid", options.valid,
                 "Folder to validate on, instead of a held-out share of PATH")
      ->type_name(cli::kFolder);
  app.add_option("--noise", options.noise, "Folder of noises to mix in; without it, white noise")
      ->type_name(cli::kFolder);
  app.add_option("--log", options.log, "Append a JSON line for each report to FILE")
      ->type_name(cli::kFile);
  const auto add_lists = [&](const char* name, std::vector<std::string>& files, const char* help) {
    app.add_option(name, files, help)
        ->allow_extra_args(false)
        ->type_name(cli::kFile)
        ->default_str("");
  };
  add_lists(
      "--words", options.words,
      "Word times as a CTM (recording channel start duration word): a word, or run of up to "
      "three, said in two recordings (or by two speakers: see --speakers) is a natural pair to "
      "train on. May be repeated");
  add_lists("--speakers", options.speakers,
            "Speaker of each recording, as Kaldi's utt2spk: words are paired across speakers");
  add_lists("--pairs", options.pairs,
            "Natural pairs as pa-search prints them: two keys with times, KEY#t=start,end, per "
            "line");
  cli::add_precision(app, options.precision);
}

bool measures_chance(const TrainOptions& options) {
  return std::find(options.stages.begin(), options.stages.end(), train::kChanceStage) !=
         options.stages.end();
}

void check_usage(const TrainOptions& options) {
  cli::refuse(options.output.empty(), "name the model to write with -o FILE");
  cli::refuse(options.paths.empty(), "name a file or folder to learn from");
  cli::refuse(!options.speakers.empty() && options.words.empty(), "--speakers needs --words");
  if (measures_chance(options)) {
    cli::refuse(options.stages.size() > 1, "--stage chance goes alone");
    cli::refuse(options.from.empty(), "--stage chance: name the model with --from");
    cli::refuse(options.resume || options.steps || !options.recipe_file.empty(),
                "--stage chance trains nothing: no --recipe, --steps or --resume");
  }
}

}  // namespace pairalign

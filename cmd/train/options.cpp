#include "options.hpp"

#include <algorithm>

#include "cli/program.hpp"
#include "cli/values.hpp"
#include "train/chance_strings.hpp"
#include "train/recipe.hpp"

namespace pairalign {

void add_options(CLI::App& app, TrainOptions& options) {
  cli::add_paths(app, cli::kPath, options.paths, "Audio file or folder (walked) to learn from");
  app.add_option("-o,--output", options.output,
                 "Model file to write (FILE.safetensors); the checkpoint "
                 "is kept beside it as FILE.safetensors.checkpoint")
      ->type_name(cli::kFile);
  app.add_option("--recipe", options.recipe_file,
                 "JSON file with the values that differ from the "
                 "defaults; see --print-recipe")
      ->type_name(cli::kRecipe);
  app.add_flag("--print-recipe", options.print_recipe,
               "Print the whole recipe that these options amount to, and stop");
  app.add_option("--stage", options.stages,
                 "Run only these stages of the curriculum, separated by commas and in this order: "
                 "geometric, fixed-teacher, ema-teacher. chance, alone and with --from: train "
                 "nothing, but put strings of PATH into the model, from which pa-search tells "
                 "E-values")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("NAME[,NAME]")
      ->check(cli::one_of(
          {train::kGeometric, train::kFixedTeacher, train::kEmaTeacher, train::kChanceStage}))
      ->default_str("");
  app.add_option("--from", options.from,
                 "Model to begin with: its encoder, and its decoder where that is like the "
                 "recipe's, instead of the geometric stage (unless --stage names it)")
      ->type_name(cli::kModel);
  app.add_flag("--resume", options.resume, "Go on from the checkpoint of an interrupted run");
  app.add_flag("--force", options.force,
               "Replace the model that is there, and begin anew though there is a checkpoint");
  app.add_option("--steps", options.steps,
                 "Optimiser steps of each stage. Without it, as many as the recipe says, but none "
                 "that hears the audio more than 200 times over (\"epochs\" of the recipe); at "
                 "least 300, however short the audio")
      ->type_name("N");
  app.add_option("--seed", options.seed, "Random seed, instead of the recipe's")->type_name("N");
  app.add_option("--valid", options.valid, "Folder to validate on, instead of a share of PATH")
      ->type_name(cli::kFolder);
  app.add_option("--noise", options.noise, "Folder of noises to mix in; without it, white noise")
      ->type_name(cli::kFolder);
  app.add_option("--log", options.log, "Append a JSON line for each report to FILE")
      ->type_name(cli::kFile);
  const auto add_lists = [&](const char* name, std::vector<std::string>& files, const char* help) {
    app.add_option(name, files, help)->allow_extra_args(false)->type_name(cli::kFile);
  };
  add_lists("--words", options.words,
            "Times of words as a CTM (recording channel start duration word): a word, or run of up "
            "to three, said twice is learnt as a natural pair. May be given again");
  add_lists("--speakers", options.speakers,
            "Who speaks in each recording, as Kaldi's utt2spk: words are paired across speakers");
  add_lists("--pairs", options.pairs,
            "Natural pairs as pa-search prints them: two keys with times, KEY#t=start,end, a line");
  cli::add_precision(app, options.precision);
}

bool measures_chance(const TrainOptions& options) {
  return std::find(options.stages.begin(), options.stages.end(), train::kChanceStage) !=
         options.stages.end();
}

void check_usage(const TrainOptions& options) {
  if (options.output.empty()) throw cli::UsageError("name the model to write with -o FILE");
  if (options.paths.empty()) throw cli::UsageError("name a file or folder to learn from");
  if (measures_chance(options)) {
    if (options.stages.size() > 1) throw cli::UsageError("--stage chance goes alone");
    if (options.from.empty()) {
      throw cli::UsageError("--stage chance: name the model with --from");
    }
    if (options.resume || options.steps || !options.recipe_file.empty()) {
      throw cli::UsageError("--stage chance trains nothing: no --recipe, --steps or --resume");
    }
  }
}

}  // namespace pairalign

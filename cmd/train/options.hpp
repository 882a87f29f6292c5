// The options of pa-train.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/program.hpp"

namespace pairalign {

struct TrainOptions {
  std::vector<std::string> paths;
  std::string output, recipe_file, valid, noise, log;
  std::vector<std::string> stages, from, words, pairs, speakers;
  bool resume = false, force = false, print_recipe = false;
  std::optional<std::uint64_t> seed;
  std::optional<std::int64_t> steps;
  std::string precision = "auto";
};

const cli::Tool& train_tool();
void add_options(CLI::App& app, TrainOptions& options);

/// Whether --stage is chance.
bool measures_chance(const TrainOptions& options);

/// Throws cli::UsageError if the model to write or the audio is not named, or for options that do
/// not fit --stage chance.
void check_usage(const TrainOptions& options);

}  // namespace pairalign

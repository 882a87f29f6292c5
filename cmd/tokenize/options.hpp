// The options of pa-tokenize.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/program.hpp"
#include "model/model.hpp"
#include "model/tokenizer.hpp"

namespace pairalign {

struct TokenizeOptions {
  std::vector<std::string> paths;
  std::string list;  ///< of files and keys, instead of paths; empty: none
  bool null = false;
  std::string model;
  std::optional<std::string> kind;
  bool frames = false;     ///< a code for each frame, instead of strings
  std::string embeddings;  ///< file for a vector of each frame, instead of strings; empty: none
  model::TokenizerOptions tokenizer;  ///< but for kind, window and hop
  std::optional<double> window_s;
  std::optional<double> hop_s;
  std::string channel = "mix";  ///< or "each", or a number from 1 on
  bool partial = false;         ///< what can be read of a damaged recording is written
  std::string preprocessor;     ///< program that audio is read from, instead of the file
  std::vector<std::string> pre_globs;
  std::string precision = "f32";  ///< so that strings do not depend on the processor
  bool times = false, no_times = false;
  std::string skip;  ///< archive whose unchanged files are skipped; empty: none
  std::string format = "tsv";
};

const cli::Tool& tokenize_tool();
void add_options(CLI::App& app, TokenizeOptions& options);

/// As `--channel` says: 0 is the mix, −1 each of them. Throws cli::UsageError.
int channel(const TokenizeOptions& options);

/// Throws cli::UsageError for what is wrong with any model.
void check_usage(const TokenizeOptions& options);

/// With defaults from the model filled in. Throws cli::UsageError for options of another tokenizer.
model::TokenizerOptions tokenizer_options(const TokenizeOptions& options,
                                          const model::Model& model);

}  // namespace pairalign

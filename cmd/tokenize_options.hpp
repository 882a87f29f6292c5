// The options of pa-tokenize.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "model/decoding.hpp"
#include "model/model.hpp"
#include "model/tokenizer.hpp"
#include "tokens/writer.hpp"

namespace pairalign {

struct TokenizeOptions {
  std::vector<std::string> paths;
  bool null = false;
  std::string model;
  std::optional<std::string> kind;
  std::optional<double> rate;
  std::optional<double> penalty;
  model::DecodeOptions decode;
  std::optional<double> window_s;
  std::optional<double> hop_s;
  bool times = false;
  std::string skip;  ///< archive whose unchanged files are passed over; empty: none
  std::string format = "tsv";
};

void add_options(CLI::App& app, TokenizeOptions& options);

/// Throws cli::UsageError for what cannot be right whatever the model.
void check_usage(const TokenizeOptions& options);
tokens::OutputFormat output_format(const TokenizeOptions& options);

/// What is left to the model filled in. Throws cli::UsageError for options of another tokenizer.
model::TokenizerOptions tokenizer_options(const TokenizeOptions& options,
                                          const model::Model& model);

}  // namespace pairalign

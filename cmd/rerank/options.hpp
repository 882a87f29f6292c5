// The options of pa-rerank.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cli/program.hpp"

namespace pairalign {

struct RerankOptions {
  std::vector<std::string> files;  ///< of hits
  std::size_t k = 10;              ///< 0: all
  double min_score = 0;
  bool whole = false;  ///< hits are compared as they are, without a margin
  std::string model;
  std::string manifest;               ///< where audio is that keys do not name; empty: none
  std::optional<std::string> format;  ///< nothing: a table on a terminal, else tsv
  std::string precision = "f32";
};

const cli::Tool& rerank_tool();
void add_options(CLI::App& app, RerankOptions& options);

}  // namespace pairalign

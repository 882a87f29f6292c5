// The options of pa-stats.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/program.hpp"
#include "stats/retrieval.hpp"

namespace pairalign {

struct StatsOptions {
  std::vector<std::string> files;
  std::string against;
  std::string pairs;
  std::string qrels;
  std::string terms;
  stats::RetrievalConfig retrieval;
  bool min_relevance_given = false;
  std::string log;
  std::string input_format = "auto";
  std::string format = "text";
};

const cli::Tool& stats_tool();
void add_options(CLI::App& app, StatsOptions& options);

/// Throws cli::UsageError for options that do not go together.
void check_usage(const StatsOptions& options);

}  // namespace pairalign

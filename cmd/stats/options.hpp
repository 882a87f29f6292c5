// The options of pa-stats.
#pragma once

#include <string>
#include <vector>

#include "cli/program.hpp"
#include "stats/retrieval.hpp"

namespace pairalign {

struct StatsOptions {
  std::vector<std::string> files;
  std::string manifest;  ///< a list of audio with keys; empty: none
  bool null = false;
  bool quick = false;
  std::string by;  ///< how recordings are grouped; empty: not at all
  bool flag = false;
  std::vector<std::string> limits;  ///< of checks, as CHECK=LIMIT
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

/// Throws cli::UsageError for options that cannot be combined.
void check_usage(const StatsOptions& options);

}  // namespace pairalign

// The options of pa-search.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/program.hpp"
#include "search/hit_format.hpp"
#include "search/searcher.hpp"
#include "tokens/reader.hpp"

namespace pairalign {

struct SearchOptions {
  std::vector<std::string> arguments;  ///< archives and files of queries
  search::SearchConfig search;
  std::optional<std::size_t> places;
  std::optional<double> duplicates;  ///< least score of pairs, which are what is asked for
  std::optional<std::string> mode;
  std::string cost = "unit";
  std::string model;
  std::optional<std::string> format;  ///< nothing: a table on a terminal, else tsv
  std::string input_format = "auto";
  bool exhaustive = false;
  bool fuse = false;
};

const cli::Tool& search_tool();
void add_options(CLI::App& app, SearchOptions& options);

/// What the options say, in the library's terms. Throws cli::UsageError for what cannot be right.
struct SearchRequest {
  search::SearchConfig search;
  search::Cost cost;
  std::optional<search::HitFormat> format;  ///< nothing: a table, to be read by a person
  tokens::InputFormat input_format;
  bool fuse;  ///< queries of one key are one question
  std::vector<std::string> archives;
  std::vector<std::string> files;
};
SearchRequest parse_request(const SearchOptions& options);

}  // namespace pairalign

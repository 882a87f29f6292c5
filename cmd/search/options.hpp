// The options of pa-search.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "align/costs.hpp"
#include "cli/program.hpp"
#include "search/duplicates.hpp"
#include "search/hit_format.hpp"
#include "search/searcher.hpp"
#include "tokens/reader.hpp"

namespace pairalign {

struct SearchOptions {
  std::vector<std::string> arguments;  ///< archives and files of queries
  search::SearchConfig search;
  std::optional<std::size_t> places;
  std::optional<double> duplicates;  ///< minimum score of pairs; if set, find pairs
  search::DuplicatesConfig pairs;
  bool alignment = false;
  bool between = false;  ///< the last of the files is searched, without an archive
  std::optional<std::string> mode;
  std::string cost = "unit";
  std::string model;
  std::optional<std::string> format;  ///< nothing: a table on a terminal, else tsv
  std::string input_format = "auto";
  bool exhaustive = false;
  bool fuse = false;  ///< queries of one key are renderings of one query

  bool tells_alignment() const { return alignment || between; }
};

const cli::Tool& search_tool();
void add_options(CLI::App& app, SearchOptions& options);

/// The options in the library's terms. Throws cli::UsageError for those that cannot be right.
struct SearchRequest {
  search::SearchConfig search;
  const align::Cost* cost;
  std::optional<search::HitFormat> format;  ///< nothing: a table for reading
  tokens::InputFormat input_format;
  std::vector<std::string> archives;
  std::vector<std::string> files;
  search::DuplicatesConfig pairs;
  bool evalues;  ///< whether they are wanted
};
SearchRequest parse_request(const SearchOptions& options);

}  // namespace pairalign

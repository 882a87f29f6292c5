// The options of every tool as plain rows, for documents and completions.
#pragma once

#include <string>
#include <vector>

#include "cli/tool.hpp"

namespace pairalign::manual {

struct OptionRow {
  std::vector<std::string> names;    ///< as typed, "-j" before "--jobs"; empty for a positional
  std::string value;                 ///< name of its value; empty for a flag
  std::vector<std::string> choices;  ///< what the value may be; empty: anything
  std::string description;           ///< with choices and default, as in --help
  std::string brief;                 ///< its first clause, for a line in a list
  std::string group;
  bool positional = false;
  bool required = false;
  bool many = false;  ///< takes more than one value, or may be given again
};

struct OptionTable {
  const cli::Tool& tool;
  std::vector<OptionRow> rows;  ///< in the order of --help
};

/// The tables of the five tools, from their parsers.
std::vector<OptionTable> option_tables();

/// What completions offer for a value.
enum class Offer { nothing, choices, audio, archives, models, recipes, folders, files };
Offer offer_for(const OptionRow& row);

}  // namespace pairalign::manual

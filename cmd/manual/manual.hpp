// Manual pages and completions, from the options of every tool.
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
  bool positional;
  bool required;
  bool many;  ///< takes more than one value, or may be given again
};

struct OptionTable {
  const cli::Tool& tool;
  std::vector<OptionRow> rows;  ///< in the order of --help
};

/// The tables of the tools, from their parsers.
std::vector<OptionTable> option_tables();

/// The page of a tool, of section 1, in roff. `version` is in its footer.
std::string man_page(const OptionTable& table, const std::string& version);

std::string bash_completion(const OptionTable& table);
std::string zsh_completion(const OptionTable& table);
std::string fish_completion(const OptionTable& table);

}  // namespace pairalign::manual

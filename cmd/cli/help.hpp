// How --help looks.
#pragma once

#include <cstddef>
#include <string>

#include <CLI/CLI.hpp>

#include "cli/tool.hpp"

namespace pairalign::cli {

/// Two columns, wrapped at 80: `-j, --jobs N   description (default: 4)`.
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override;
  std::string make_description(const CLI::App* app) const override;
  std::string make_footer(const CLI::App* app) const override;
  std::string make_option(const CLI::Option* option, bool is_positional) const override;
};

/// `text` broken between words at 80 columns; every line after the first is indented.
std::string wrap(const std::string& text, std::size_t indent);

/// What follows the options: notes, exit status, examples. Not yet wrapped.
std::string help_footer(const Tool& tool);

/// The first `most` example commands, one indented line each, below their purposes.
std::string example_lines(const Tool& tool, std::size_t most);

}  // namespace pairalign::cli

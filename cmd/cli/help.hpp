// How --help looks.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

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

}  // namespace pairalign::cli

// The description of a tool. Its parser, --help, manual page and completions are all generated from
// this text and the options that it registers; nothing is written twice.
#pragma once

#include <string>
#include <vector>

namespace pairalign::cli {

/// Text under a heading or the name of something: a file, an environment variable. An empty line
/// separates paragraphs. Lines that begin with a blank are shown as they are.
struct Entry {
  std::string name;
  std::string text;
};

/// A command and its purpose. A test runs the commands of a tool in order, in a folder that holds
/// some recordings, `talks/`, and `query.opus`.
struct Example {
  std::string purpose;
  std::string command;
};

/// Programs without a manual page leave out what follows the common options.
struct Tool {
  std::string name;
  std::string purpose;          ///< the line that `whatis` shows
  std::string summary;          ///< the first paragraph of --help and of the manual page
  unsigned common_options = 0;  ///< of cli::CommonOption

  std::string description{};   ///< further paragraphs, in the manual page only
  std::vector<Entry> notes{};  ///< sections of both
  std::string exit_status{};
  std::vector<Entry> environment{};  ///< besides those that every tool uses
  std::vector<Entry> files{};
  std::string preparation{};            ///< commands to run before the examples; may be empty
  std::vector<Example> examples{};      ///< a call without arguments shows the first three
  std::vector<std::string> see_also{};  ///< pages, as "pa-search(1)"
};

}  // namespace pairalign::cli

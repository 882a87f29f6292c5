// What a tool says about itself. Its parser, --help, manual page and completions are all made of
// this text and of the options that it registers; nothing is written twice.
#pragma once

#include <string>
#include <vector>

namespace pairalign::cli {

/// Plain text below a heading; an empty line separates paragraphs. Lines that begin with a blank
/// are shown as they are.
struct Section {
  std::string heading;
  std::string text;
};

/// Something to look up by its name: a file, a variable of the environment.
struct Entry {
  std::string name;
  std::string text;
};

/// What to type for a purpose. A test runs the commands of a tool one after the other, in a folder
/// that holds some recordings, `talks/`, and `query.opus`.
struct Example {
  std::string purpose;
  std::string command;
};

struct Tool {
  std::string name;
  std::string purpose;          ///< what `whatis` says of it
  std::string summary;          ///< the first paragraph of --help and of the manual page
  unsigned common_options = 0;  ///< of cli::CommonOption

  std::string description;     ///< further paragraphs, of the manual page only
  std::vector<Section> notes;  ///< sections of both
  std::string exit_status;
  std::vector<Entry> environment;  ///< besides what every tool heeds
  std::vector<Entry> files;
  std::string preparation;            ///< commands that the examples build on; may be empty
  std::vector<Example> examples;      ///< the first three are shown to who calls without arguments
  std::vector<std::string> see_also;  ///< pages, as "pa-search(1)"
};

/// A program that has a summary and options, and no manual page.
inline Tool make_tool(const std::string& name, const std::string& summary,
                      unsigned common_options = 0) {
  Tool tool;
  tool.name = name;
  tool.summary = summary;
  tool.common_options = common_options;
  return tool;
}

}  // namespace pairalign::cli

#include "cli/help.hpp"

#include <algorithm>
#include <cstddef>
#include <sstream>
#include <utility>

#include "cli/values.hpp"

namespace pairalign::cli {
namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kDescriptionColumn = 27;

// Joins the lines of a paragraph and wraps it; empty lines and those that begin with a blank, such
// as examples of what to type, stay as they are.
std::string wrap_paragraphs(const std::string& text) {
  std::istringstream lines(text);
  std::string wrapped, paragraph, line;
  const auto end_paragraph = [&] {
    if (!paragraph.empty()) wrapped += wrap(paragraph, 0) + '\n';
    paragraph.clear();
  };
  while (std::getline(lines, line)) {
    if (line.empty() || line.front() == ' ') {
      end_paragraph();
      wrapped += line + '\n';
    } else {
      paragraph += line + ' ';
    }
  }
  end_paragraph();
  return wrapped;
}

// "-j, --jobs N"; options without a short name are indented to line up.
std::string left_column(const CLI::Option& option, bool is_positional) {
  if (is_positional) return "  " + option.get_name(true, false);
  std::string text = "  ";
  for (const std::string& name : option.get_snames())
    text += '-' + name + ", ";
  if (option.get_snames().empty()) text += "    ";
  for (const std::string& name : option.get_lnames())
    text += "--" + name + ", ";
  text.resize(text.size() - 2);
  const std::string value = value_name(option);
  return value.empty() ? text : text + ' ' + value;
}

}  // namespace

std::string wrap(const std::string& text, std::size_t indent) {
  std::istringstream words(text);
  std::string wrapped, word;
  std::size_t column = indent;
  while (words >> word) {
    if (column > indent && column + 1 + word.size() > kWidth) {
      wrapped += '\n' + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      wrapped += ' ';
      ++column;
    }
    wrapped += word;
    column += word.size();
  }
  return wrapped;
}

std::string HelpFormatter::make_help(const CLI::App* app, std::string name,
                                     CLI::AppFormatMode mode) const {
  // CLI11 puts a blank line after one group of options and another before the next.
  return CLI::detail::find_and_replace(Formatter::make_help(app, std::move(name), mode), "\n\n\n",
                                       "\n\n");
}

std::string HelpFormatter::make_description(const CLI::App* app) const {
  return wrap(app->get_description(), 0) + "\n\n";
}

std::string HelpFormatter::make_footer(const CLI::App* app) const {
  return wrap_paragraphs(app->get_footer());
}

std::string HelpFormatter::make_option(const CLI::Option* option, bool is_positional) const {
  std::string text = left_column(*option, is_positional);
  if (text.size() + 2 > kDescriptionColumn) {
    text += '\n' + std::string(kDescriptionColumn, ' ');
  } else {
    text.resize(kDescriptionColumn, ' ');
  }
  // The formatter's interface is const, but CLI11 gives access only to non-const validators.
  const std::string description = describe(const_cast<CLI::Option&>(*option));
  return text + wrap(description, kDescriptionColumn) + '\n';
}

std::string help_footer(const Tool& tool) {
  std::string text;
  for (const Section& note : tool.notes)
    text += note.heading + ": " + note.text + "\n\n";
  text += "Exit status: " + tool.exit_status + "\n\nExamples:\n";
  for (const Example& example : tool.examples)
    text += "  " + example.command + '\n';
  return text;
}

std::string example_lines(const Tool& tool, std::size_t most) {
  std::string text;
  for (std::size_t i = 0; i < std::min(most, tool.examples.size()); ++i) {
    text += "  # " + tool.examples[i].purpose + "\n  " + tool.examples[i].command + '\n';
  }
  return text;
}

}  // namespace pairalign::cli

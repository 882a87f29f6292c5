#include "cli/help.hpp"

#include <cstddef>
#include <sstream>
#include <utility>

namespace pairalign::cli {
namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kDescriptionColumn = 27;

// `text` broken between words; every line after the first is indented.
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
  // The type name of an option with a check reads "N:CHECK"; the reader needs N.
  const std::string type = option.get_type_name();
  if (option.get_type_size() != 0 && !type.empty()) text += ' ' + type.substr(0, type.find(':'));
  return text;
}

std::string right_column(const CLI::Option& option) {
  std::string text = option.get_description();
  if (!option.get_default_str().empty()) text += " (default: " + option.get_default_str() + ')';
  return text;
}

}  // namespace

std::string HelpFormatter::make_help(const CLI::App* app, std::string name,
                                     CLI::AppFormatMode mode) const {
  // CLI11 puts a blank line behind one group of options and another before the next.
  return CLI::detail::find_and_replace(Formatter::make_help(app, std::move(name), mode), "\n\n\n",
                                       "\n\n");
}

std::string HelpFormatter::make_description(const CLI::App* app) const {
  return wrap(app->get_description(), 0) + "\n\n";
}

std::string HelpFormatter::make_footer(const CLI::App* app) const {
  std::istringstream lines(app->get_footer());
  std::string text, line;
  while (std::getline(lines, line)) {
    // An indented line is an example of what to type, and stays in one piece.
    const bool example = !line.empty() && line.front() == ' ';
    text += (example ? line : wrap(line, 0)) + '\n';
  }
  return text;
}

std::string HelpFormatter::make_option(const CLI::Option* option, bool is_positional) const {
  std::string text = left_column(*option, is_positional);
  if (text.size() + 2 > kDescriptionColumn) {
    text += '\n' + std::string(kDescriptionColumn, ' ');
  } else {
    text.resize(kDescriptionColumn, ' ');
  }
  return text + wrap(right_column(*option), kDescriptionColumn) + '\n';
}

}  // namespace pairalign::cli

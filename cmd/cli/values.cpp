#include "cli/values.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <memory>
#include <sstream>
#include <utility>

namespace pairalign::cli {
namespace {

using CLI::detail::join;

constexpr const char* kChoice = "choice";  // name by which the check is found again
constexpr char kSeparator = '|';           // of the words in its description

// Edits: substitution, deletion, insertion, or transposition of neighbours (optimal string
// alignment).
std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        cost[i][j] = i + j;
        continue;
      }
      const std::size_t replaced = cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      cost[i][j] = std::min({replaced, cost[i - 1][j] + 1, cost[i][j - 1] + 1});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  }
  return cost[a.size()][b.size()];
}

// "a, b or c".
std::string alternatives(const std::vector<std::string>& words) {
  if (words.size() < 2) return join(words);
  return join(std::vector<std::string>(words.begin(), words.end() - 1), ", ") + " or " +
         words.back();
}

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

// Two columns, wrapped at 80: `-j, --jobs N   description (default: 4)`.
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override {
    // CLI11 puts a blank line after one group of options and another before the next.
    return CLI::detail::find_and_replace(Formatter::make_help(app, std::move(name), mode), "\n\n\n",
                                         "\n\n");
  }
  std::string make_description(const CLI::App* app) const override {
    return wrap(app->get_description(), 0) + "\n\n";
  }
  std::string make_footer(const CLI::App* app) const override {
    return wrap_paragraphs(app->get_footer());
  }
  std::string make_option(const CLI::Option* option, bool is_positional) const override {
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
};

}  // namespace

std::string value_name(const CLI::Option& option) {
  if (option.get_positional()) return option.get_name(true, false);
  if (option.get_type_size() == 0) return {};
  const std::string name = option.get_type_name();
  return name.substr(0, name.find(':'));
}

CLI::Validator one_of(const std::vector<std::string>& choices) {
  const auto check = [choices](const std::string& value) -> std::string {
    if (std::find(choices.begin(), choices.end(), value) != choices.end()) return {};
    const std::string meant = nearest(value, choices);
    return "'" + value + "' is not one of " + join(choices, ", ") +
           (meant.empty() ? "" : "; did you mean " + meant + "?");
  };
  return CLI::Validator(check, join(choices, std::string(1, kSeparator)), kChoice);
}

CLI::Validator not_negative() {
  const auto check = [](const std::string& value) -> std::string {
    double number = 0;
    const char* end = value.data() + value.size();
    const auto [stop, fault] = std::from_chars(value.data(), end, number);
    if (fault == std::errc{} && stop == end && std::isfinite(number) && number >= 0) return {};
    std::string reason = "'" + value + "' is not a number of 0 or more";
    if (value.find(',') != std::string::npos) reason += "; decimals follow a point, as in 0.5";
    return reason;
  };
  return {check, "", "not negative"};
}

std::vector<std::string> choices_of(CLI::Option& option) {
  try {
    return CLI::detail::split(option.get_validator(kChoice)->get_description(), kSeparator);
  } catch (const CLI::OptionNotFound&) {  // no such check
    return {};
  }
}

std::string describe(CLI::Option& option) {
  std::string text = option.get_description();
  const std::vector<std::string> choices = choices_of(option);
  const bool explained = std::all_of(
      choices.begin(), choices.end(),
      [&](const std::string& choice) { return text.find(choice) != std::string::npos; });
  if (!explained) text += ": " + alternatives(choices);
  if (!option.get_default_str().empty()) text += " (default: " + option.get_default_str() + ')';
  return text;
}

std::string nearest(const std::string& typed, const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    if (!typed.empty() && word.compare(0, typed.size(), typed) == 0) return word;
  }
  std::string best;
  std::size_t least = typed.size() / 3 + 1;
  for (const std::string& word : words) {
    const std::size_t distance = edit_distance(typed, word);
    if (distance < least) best = word, least = distance;
  }
  return best;
}

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

void set_help(CLI::App& app, const Tool& tool) {
  app.name(tool.name);
  app.description(tool.summary);
  std::string footer;
  for (const Entry& note : tool.notes)
    footer += note.name + ": " + note.text + "\n\n";
  footer += "Exit status: " + tool.exit_status + "\n\nExamples:\n";
  for (const Example& example : tool.examples)
    footer += "  " + example.command + '\n';
  app.footer(footer);
  app.formatter(std::make_shared<HelpFormatter>());
}

}  // namespace pairalign::cli

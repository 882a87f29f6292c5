#include <algorithm>
#include <cctype>
#include <map>
#include <sstream>

#include <CLI/CLI.hpp>

#include "cli/values.hpp"
#include "manual/manual.hpp"

namespace pairalign::manual {
namespace {

constexpr const char* kScene =
    "These work in a folder that holds some recordings, talks/, and query.opus, in this order";

// Escapes text, for which roff would otherwise set hyphens and quotes that no shell accepts.
std::string escaped(const std::string& text) {
  static const std::map<char, const char*> kEscapes = {
      {'\\', "\\e"}, {'-', "\\-"}, {'\'', "\\(aq"}, {'`', "\\(ga"}, {'^', "\\(ha"}, {'~', "\\(ti"}};
  std::string roff;
  for (const char c : text) {
    const auto escape = kEscapes.find(c);
    roff += escape == kEscapes.end() ? std::string(1, c) : escape->second;
  }
  return roff;
}

// A line that begins with a dot would be a roff request.
std::string text_line(const std::string& roff) {
  return (!roff.empty() && roff.front() == '.' ? "\\&" : "") + roff + '\n';
}

std::string bold(const std::string& text) {
  return "\\fB" + escaped(text) + "\\fR";
}

std::string italic(const std::string& text) {
  return "\\fI" + escaped(text) + "\\fR";
}

std::string upper_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

// True for what is typed literally: options, names of tools and of other pages.
bool is_literal(const std::string& word) {
  if (word.size() > 1 && word.front() == '-') return std::isdigit(word[1]) == 0 || word == "-0";
  return word.compare(0, 3, "pa-") == 0 || word.compare(0, 10, "pairalign-") == 0;
}

// A word of running text, with the punctuation around it.
std::string marked_up(const std::string& word) {
  constexpr const char* kOpening = "(\"$";
  constexpr const char* kClosing = ".,;:)?\"";
  const std::size_t first = std::min(word.find_first_not_of(kOpening), word.size());
  std::size_t end = word.find('(', first);  // the section of a page is not bold
  if (end == std::string::npos) end = word.find_last_not_of(kClosing) + 1;
  if (end <= first) return escaped(word);
  const std::string core = word.substr(first, end - first);
  return escaped(word.substr(0, first)) + (is_literal(core) ? bold(core) : escaped(core)) +
         escaped(word.substr(end));
}

std::string running_text(const std::string& text) {
  std::istringstream lines(cli::wrap(text, 0));
  std::string roff;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string marked;
    for (std::string word; words >> word;)
      marked += (marked.empty() ? "" : " ") + marked_up(word);
    roff += text_line(marked);
  }
  return roff;
}

// Paragraphs of `text`, which empty lines separate.
std::string paragraphs(const std::string& text) {
  std::string roff;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find("\n\n", begin), text.size());
    roff += (roff.empty() ? "" : ".PP\n") + running_text(text.substr(begin, end - begin));
    begin = end + 2;
  }
  return roff;
}

std::string section(const std::string& heading, const std::string& roff) {
  return roff.empty() ? "" : ".SH " + upper_case(escaped(heading)) + '\n' + roff;
}

std::string entries(const std::vector<cli::Entry>& list) {
  std::string roff;
  for (const cli::Entry& entry : list)
    roff += ".TP\n" + bold(entry.name) + '\n' + running_text(entry.text);
  return roff;
}

std::string synopsis(const OptionTable& table) {
  std::string roff = bold(table.tool.name) + " [" + italic("OPTION") + "]...";
  for (const OptionRow& row : table.rows) {
    if (!row.positional) continue;
    const std::string value = italic(row.value);
    roff += ' ' + (row.required ? value : '[' + value + ']') + (row.many ? "..." : "");
  }
  return roff + '\n';
}

std::string option_entry(const OptionRow& row) {
  std::string names = CLI::detail::join(row.names, bold, ", ");
  if (!row.value.empty()) names += (names.empty() ? "" : " ") + italic(row.value);
  return ".TP\n" + names + '\n' + running_text(row.description);
}

// Arguments first; then the options, a subsection for each group of them.
std::string options(const OptionTable& table) {
  std::string roff, group;
  for (const OptionRow& row : table.rows) {
    if (row.positional) roff += option_entry(row);
  }
  for (const OptionRow& row : table.rows) {
    if (row.positional) continue;
    if (row.group != group) roff += ".SS " + escaped(row.group) + '\n';
    group = row.group;
    roff += option_entry(row);
  }
  return roff;
}

std::string commands(const std::string& text) {
  std::istringstream lines(text);
  std::string roff = ".PP\n.in +4n\n.EX\n";
  for (std::string line; std::getline(lines, line);)
    roff += text_line(escaped(line));
  return roff + ".EE\n.in\n";
}

std::string examples(const cli::Tool& tool) {
  std::string roff =
      running_text(kScene + std::string(tool.preparation.empty() ? "." : ", after:"));
  if (!tool.preparation.empty()) roff += commands(tool.preparation);
  for (const cli::Example& example : tool.examples)
    roff += ".PP\n" + running_text(example.purpose + ':') + commands(example.command);
  return roff;
}

}  // namespace

std::string man_page(const OptionTable& table, const std::string& version) {
  const cli::Tool& tool = table.tool;
  std::string roff = ".\\\" Made by `make manual` from the options and the text of the tool.\n";
  roff += ".TH " + upper_case(escaped(tool.name)) + " 1 \"\" \"pairalign " + version +
          "\" \"pairalign manual\"\n";
  roff += section("name", escaped(tool.name) + " \\- " + escaped(tool.purpose) + '\n');
  roff += section("synopsis", synopsis(table));
  std::string description = tool.summary;
  if (!tool.description.empty()) description += "\n\n" + tool.description;
  roff += section("description", paragraphs(description));
  roff += section("options", options(table));
  for (const cli::Entry& note : tool.notes)
    roff += section(note.name, paragraphs(note.text));
  roff += section("exit status", paragraphs(tool.exit_status));
  roff += section("environment", entries(tool.environment));
  roff += section("files", entries(tool.files));
  roff += section("examples", examples(tool));
  return roff + section("see also", running_text(CLI::detail::join(tool.see_also, ", ")));
}

}  // namespace pairalign::manual

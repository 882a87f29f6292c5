// Shell completions: options, permitted values, files of the right kind.
#include <algorithm>
#include <map>

#include <CLI/CLI.hpp>

#include "cli/inputs.hpp"
#include "cli/values.hpp"
#include "manual/manual.hpp"

namespace pairalign::manual {
namespace {

using CLI::detail::find_and_replace;
using CLI::detail::join;

// In what follows, TOOL stands for the tool's name and FUNCTION for the prefix of its functions,
// "_pa_index"; CHOICES for the words to choose from, EXTENSIONS for those of audio files, as
// alternatives of a regular expression or a glob of zsh.

// What completes a value.
struct Offer {
  const char* bash;  // a command; `current` is what has been typed
  const char* zsh;   // an action of _arguments
  const char* fish;  // the argument of -a; empty: nothing completes it
};
using Shell = const char* Offer::*;

constexpr Offer kNothing{":", " ", ""};
constexpr Offer kChoices{"COMPREPLY=($(compgen -W 'CHOICES' -- \"$current\"))", "(CHOICES)",
                         "CHOICES"};
constexpr Offer kAnyFile{"FUNCTION_files ''", "_files", "(_FUNCTION_files '')"};

std::string offer(const OptionRow& row, Shell shell) {
  static const std::map<std::string, Offer> kOffers = {
      {cli::kPath,
       {"FUNCTION_files '\\.(EXTENSIONS)$'", "_files -g \"*.(#i)(EXTENSIONS)(-.)\"",
        "(_FUNCTION_files '\\.(EXTENSIONS)')"}},
      {cli::kArchive, {"FUNCTION_archives", "_files -g \"*.pai(-/)\"", "(_FUNCTION_archives)"}},
      {cli::kModel, {"FUNCTION_models", "FUNCTION_models", "(_FUNCTION_models)"}},
      {cli::kRecipe,
       {"FUNCTION_files '\\.json$'", "_files -g \"*.json(-.)\"", "(_FUNCTION_files '\\.json')"}},
      {cli::kFolder, {"FUNCTION_files '/$'", "_files -/", "(_FUNCTION_files /)"}},
      {cli::kFile, kAnyFile},
      {cli::kArchiveOrFile, kAnyFile}};
  const auto found = kOffers.find(row.value);
  const Offer& offer = !row.choices.empty()     ? kChoices
                       : found == kOffers.end() ? kNothing
                                                : found->second;
  const std::string text =
      find_and_replace(offer.*shell, "EXTENSIONS", join(cli::audio_extensions(), "|"));
  return find_and_replace(text, "CHOICES", join(row.choices, " "));
}

// Those of the arguments. With two kinds of arguments, the first argument is of the first kind; in
// bash and fish, the value of an option, as a separate word, counts as an argument too.
std::vector<std::string> argument_offers(const OptionTable& table, Shell shell) {
  std::vector<std::string> offers;
  for (const OptionRow& row : table.rows) {
    if (row.positional) offers.push_back(offer(row, shell));
  }
  return offers;
}

// Whether any option or argument has a value of this name.
bool takes(const OptionTable& table, const char* value) {
  return std::any_of(table.rows.begin(), table.rows.end(),
                     [&](const OptionRow& row) { return row.value == value; });
}

std::string filled_in(const std::string& script, const cli::Tool& tool) {
  const std::string function = "_" + find_and_replace(tool.name, "-", "_");
  return find_and_replace(find_and_replace(script, "FUNCTION", function), "TOOL", tool.name);
}

bool is_long(const std::string& name) {
  return name.compare(0, 2, "--") == 0;
}

std::string with_backslashes(const std::string& text, const std::string& special) {
  std::string escaped;
  for (const char c : text) {
    if (special.find(c) != std::string::npos) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

// Folders, to descend into, and the files whose names, in lower case, match.
constexpr const char* kBashFiles = R"sh(
FUNCTION_files() {
  local name
  while IFS= read -r name; do
    if [[ -d ${name/#\~/$HOME} || ${name,,} =~ $1 ]]; then COMPREPLY+=("$name"); fi
  done < <(compgen -f -- "$current")
}
)sh";

constexpr const char* kBashArchives = R"sh(
# Archives; where there is none, folders that may hold some.
FUNCTION_archives() {
  local name others=()
  while IFS= read -r name; do
    if [[ $name == *.pai ]]; then COMPREPLY+=("$name"); else others+=("$name"); fi
  done < <(compgen -d -- "$current")
  if [[ ${#COMPREPLY[@]} -eq 0 ]]; then COMPREPLY=("${others[@]}"); fi
}
)sh";

constexpr const char* kBashModels = R"sh(
# Model files and the names of installed models.
FUNCTION_models() {
  local folder name
  FUNCTION_files '\.safetensors$'
  folder=$(readlink -f "$(type -P TOOL)")
  for name in "${folder%/bin/*}"/share/pairalign/*.safetensors; do
    name=${name##*/}
    COMPREPLY+=($(compgen -W "${name%.safetensors}" -- "$current"))
  done
}
)sh";

constexpr const char* kBashBegin = R"sh(
FUNCTION() {
  local current=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]} word
  # bash takes --name=value for three words.
  if [[ $current == '=' ]]; then
    current=
  elif [[ $option == '=' ]]; then
    option=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  COMPREPLY=()
  case $option in
)sh";

std::string option_cases(const OptionTable& table) {
  std::string text;
  for (const OptionRow& row : table.rows) {
    if (row.positional || row.value.empty()) continue;
    text += "    " + join(row.names, " | ") + ") " + offer(row, &Offer::bash) + "; return ;;\n";
  }
  return text + "  esac\n";
}

std::string option_names(const OptionTable& table) {
  std::vector<std::string> names;
  for (const OptionRow& row : table.rows)
    names.insert(names.end(), row.names.begin(), row.names.end());
  return "  if [[ $current == -* ]]; then\n    COMPREPLY=($(compgen -W '" + join(names, " ") +
         "' -- \"$current\"))\n    return\n  fi\n";
}

std::string bash_arguments(const OptionTable& table) {
  const std::vector<std::string> offers = argument_offers(table, &Offer::bash);
  if (offers.size() == 1) return "  " + offers[0] + '\n';
  return R"sh(  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ $word != -* ]]; then )sh" +
         offers[1] + "; return; fi\n  done\n  " + offers[0] + '\n';
}

constexpr const char* kZshModels = R"sh(
FUNCTION_models() {
  local program=${commands[$words[1]]:-$words[1]}
  local -a installed=(${program:A:h:h}/share/pairalign/*.safetensors(N:t:r))
  _alternative "models:installed model:($installed)" 'files:file:_files -g "*.safetensors(-.)"'
}
)sh";

std::string zsh_action(const OptionRow& row) {
  // Colons and brackets are special within a specification of _arguments.
  return ':' + with_backslashes(row.value, ":[]\\") + ':' + offer(row, &Offer::zsh);
}

std::string zsh_word(const std::string& text) {
  return " \\\n  '" + find_and_replace(text, "'", "'\\''") + "'";
}

// '(-j --jobs)--jobs=[Threads]:N: ', a specification for each name.
std::string option_specs(const OptionRow& row) {
  std::string specs;
  for (const std::string& name : row.names) {
    std::string spec = row.names.size() > 1 ? '(' + join(row.names, " ") + ')' : std::string();
    spec += name;
    if (!row.value.empty()) spec += is_long(name) ? '=' : '+';
    spec += '[' + with_backslashes(row.brief, ":[]\\") + ']';
    if (!row.value.empty()) spec += zsh_action(row);
    specs += zsh_word(spec);
  }
  return specs;
}

constexpr const char* kFishFiles = R"sh(
function _FUNCTION_token
    commandline -ct | string replace -r -- '^-[^=]*=' ''
end

# Folders, to go on into, and the files whose names match.
function _FUNCTION_files -a pattern
    __fish_complete_path (_FUNCTION_token) | string match -rie -- "^[^\t]*(/|$pattern)(\t|\$)"
end
)sh";

constexpr const char* kFishArchives = R"sh(
# Archives; where there is none, folders that may hold some.
function _FUNCTION_archives
    set -l folders (__fish_complete_directories (_FUNCTION_token))
    string match -re -- '^[^\t]*\.pai/' $folders; or string join -- \n $folders
end
)sh";

constexpr const char* kFishModels = R"sh(
# Model files and the names of installed models.
function _FUNCTION_models
    set -l folder (path dirname (path dirname (path resolve (command -s TOOL))))
    for name in $folder/share/pairalign/*.safetensors
        path change-extension '' (path basename $name)
    end
    _FUNCTION_files '\.safetensors'
end
)sh";

std::string fish_word(const std::string& text) {
  return '\'' + with_backslashes(text, "'\\") + '\'';
}

std::string option_line(const OptionRow& row) {
  std::string line = "complete -c TOOL";
  for (const std::string& name : row.names)
    line += is_long(name) ? " -l " + name.substr(2) : " -s " + name.substr(1);
  if (!row.value.empty()) line += " -x";
  const std::string offered = offer(row, &Offer::fish);
  if (!offered.empty()) line += " -a " + fish_word(offered);
  return line + " -d " + fish_word(row.brief) + '\n';
}

std::string fish_arguments(const OptionTable& table) {
  const std::vector<std::string> offers = argument_offers(table, &Offer::fish);
  if (offers.size() == 1) return "complete -c TOOL -a " + fish_word(offers[0]) + '\n';
  const std::string typed = "(commandline -opc | string match -v -- \"-*\" | count)";
  return "complete -c TOOL -n 'test " + typed + " -eq 1' -a " + fish_word(offers[0]) + '\n' +
         "complete -c TOOL -n 'test " + typed + " -gt 1' -a " + fish_word(offers[1]) + '\n';
}

}  // namespace

std::string bash_completion(const OptionTable& table) {
  std::string text = "# Completion of TOOL for bash. Made by `make manual`.\n";
  text += kBashFiles;
  if (takes(table, cli::kArchive)) text += kBashArchives;
  if (takes(table, cli::kModel)) text += kBashModels;
  text += kBashBegin + option_cases(table) + option_names(table) + bash_arguments(table);
  text += "}\ncomplete -o filenames -F FUNCTION TOOL\n";
  return filled_in(text, table.tool);
}

std::string zsh_completion(const OptionTable& table) {
  std::string text = "#compdef TOOL\n# Made by `make manual`.\n";
  if (takes(table, cli::kModel)) text += kZshModels;
  text += "\n_arguments -s -S";
  for (const OptionRow& row : table.rows)
    text += row.positional ? zsh_word((row.many ? "*" : "") + zsh_action(row)) : option_specs(row);
  return filled_in(text + '\n', table.tool);
}

std::string fish_completion(const OptionTable& table) {
  std::string text = "# Completion of TOOL for fish. Made by `make manual`.\n";
  text += kFishFiles;
  if (takes(table, cli::kArchive)) text += kFishArchives;
  if (takes(table, cli::kModel)) text += kFishModels;
  text += "\ncomplete -c TOOL -f\n" + fish_arguments(table);
  for (const OptionRow& row : table.rows) {
    if (!row.positional) text += option_line(row);
  }
  return filled_in(text, table.tool);
}

}  // namespace pairalign::manual

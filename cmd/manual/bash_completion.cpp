#include <CLI/CLI.hpp>

#include "manual/completions.hpp"

namespace pairalign::manual {
namespace {

using CLI::detail::join;

// Folders, to descend into, and the files whose names, in lower case, match.
constexpr const char* kFiles = R"sh(
FUNCTION_files() {
  local name
  while IFS= read -r name; do
    if [[ -d ${name/#\~/$HOME} || ${name,,} =~ $1 ]]; then COMPREPLY+=("$name"); fi
  done < <(compgen -f -- "$current")
}
)sh";

constexpr const char* kArchives = R"sh(
# Archives; where there is none, folders that may hold some.
FUNCTION_archives() {
  local name others=()
  while IFS= read -r name; do
    if [[ $name == *.pai ]]; then COMPREPLY+=("$name"); else others+=("$name"); fi
  done < <(compgen -d -- "$current")
  if [[ ${#COMPREPLY[@]} -eq 0 ]]; then COMPREPLY=("${others[@]}"); fi
}
)sh";

constexpr const char* kModels = R"sh(
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

constexpr const char* kBegin = R"sh(
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

// The command that completes a value; `current` is what has been typed of it.
std::string action(const OptionRow& row) {
  static const Actions kActions = {
      {Offer::nothing, ":"},
      {Offer::choices, "COMPREPLY=($(compgen -W 'CHOICES' -- \"$current\"))"},
      {Offer::audio, "FUNCTION_files '\\.(EXTENSIONS)$'"},
      {Offer::archives, "FUNCTION_archives"},
      {Offer::models, "FUNCTION_models"},
      {Offer::recipes, "FUNCTION_files '\\.json$'"},
      {Offer::folders, "FUNCTION_files '/$'"},
      {Offer::files, "FUNCTION_files ''"}};
  return action_for(row, kActions);
}

std::string option_cases(const OptionTable& table) {
  std::string text;
  for (const OptionRow& row : table.rows) {
    if (row.positional || row.value.empty()) continue;
    text += "    " + join(row.names, " | ") + ") " + action(row) + "; return ;;\n";
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

// With two kinds of arguments, the first argument is of the first kind. (The value of an option, as
// a separate word, counts as an argument too.)
std::string arguments(const OptionTable& table) {
  std::vector<std::string> actions;
  for (const OptionRow& row : table.rows) {
    if (row.positional) actions.push_back(action(row));
  }
  if (actions.size() == 1) return "  " + actions[0] + '\n';
  return R"sh(  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ $word != -* ]]; then )sh" +
         actions[1] + "; return; fi\n  done\n  " + actions[0] + '\n';
}

}  // namespace

std::string bash_completion(const OptionTable& table) {
  std::string text = "# Completion of TOOL for bash. Made by `make manual`.\n";
  text += kFiles;
  if (offers(table, Offer::archives)) text += kArchives;
  if (offers(table, Offer::models)) text += kModels;
  text += kBegin + option_cases(table) + option_names(table) + arguments(table);
  text += "}\ncomplete -o filenames -F FUNCTION TOOL\n";
  return filled_in(text, table.tool);
}

}  // namespace pairalign::manual

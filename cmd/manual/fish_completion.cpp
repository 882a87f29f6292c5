#include "manual/completions.hpp"

namespace pairalign::manual {
namespace {

constexpr const char* kFiles = R"sh(
function _FUNCTION_token
    commandline -ct | string replace -r -- '^-[^=]*=' ''
end

# Folders, to go on into, and the files whose names match.
function _FUNCTION_files -a pattern
    __fish_complete_path (_FUNCTION_token) | string match -rie -- "^[^\t]*(/|$pattern)(\t|\$)"
end
)sh";

constexpr const char* kArchives = R"sh(
# Archives; where there is none, folders that may hold some.
function _FUNCTION_archives
    set -l folders (__fish_complete_directories (_FUNCTION_token))
    string match -re -- '^[^\t]*\.pai/' $folders; or string join -- \n $folders
end
)sh";

constexpr const char* kModels = R"sh(
# Model files and the names of installed models.
function _FUNCTION_models
    set -l folder (path dirname (path dirname (path resolve (command -s TOOL))))
    for name in $folder/share/pairalign/*.safetensors
        path change-extension '' (path basename $name)
    end
    _FUNCTION_files '\.safetensors'
end
)sh";

// Within single quotes, fish wants \ and ' escaped.
std::string single_quoted(const std::string& text) {
  std::string word = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') word += '\\';
    word += c;
  }
  return word + '\'';
}

// The argument of -a; empty for values that cannot be completed.
std::string candidates(const OptionRow& row) {
  static const Actions kActions = {{Offer::nothing, ""},
                                   {Offer::choices, "CHOICES"},
                                   {Offer::audio, "(_FUNCTION_files '\\.(EXTENSIONS)')"},
                                   {Offer::archives, "(_FUNCTION_archives)"},
                                   {Offer::models, "(_FUNCTION_models)"},
                                   {Offer::recipes, "(_FUNCTION_files '\\.json')"},
                                   {Offer::folders, "(_FUNCTION_files /)"},
                                   {Offer::files, "(_FUNCTION_files '')"}};
  return action_for(row, kActions);
}

std::string option_line(const OptionRow& row) {
  std::string line = "complete -c TOOL";
  for (const std::string& name : row.names) {
    const bool is_long = name.compare(0, 2, "--") == 0;
    line += is_long ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  if (!row.value.empty()) line += " -x";
  const std::string offered = candidates(row);
  if (!offered.empty()) line += " -a " + single_quoted(offered);
  return line + " -d " + single_quoted(row.brief) + '\n';
}

// With two kinds of arguments, the first argument is of the first kind. (The value of an option, as
// a separate word, counts as an argument too.)
std::string argument_lines(const OptionTable& table) {
  std::vector<std::string> offered;
  for (const OptionRow& row : table.rows) {
    if (row.positional) offered.push_back(" -a " + single_quoted(candidates(row)) + '\n');
  }
  if (offered.size() == 1) return "complete -c TOOL" + offered[0];
  const std::string typed = "(commandline -opc | string match -v -- \"-*\" | count)";
  return "complete -c TOOL -n 'test " + typed + " -eq 1'" + offered[0] +
         "complete -c TOOL -n 'test " + typed + " -gt 1'" + offered[1];
}

}  // namespace

std::string fish_completion(const OptionTable& table) {
  std::string text = "# Completion of TOOL for fish. Made by `make manual`.\n";
  text += kFiles;
  if (offers(table, Offer::archives)) text += kArchives;
  if (offers(table, Offer::models)) text += kModels;
  text += "\ncomplete -c TOOL -f\n";
  text += argument_lines(table);
  for (const OptionRow& row : table.rows) {
    if (!row.positional) text += option_line(row);
  }
  return filled_in(text, table.tool);
}

}  // namespace pairalign::manual

#include <CLI/CLI.hpp>

#include "manual/completions.hpp"

namespace pairalign::manual {
namespace {

constexpr const char* kModels = R"sh(
FUNCTION_models() {
  local program=${commands[$words[1]]:-$words[1]}
  local -a installed=(${program:A:h:h}/share/pairalign/*.safetensors(N:t:r))
  _alternative "models:installed model:($installed)" 'files:file:_files -g "*.safetensors(-.)"'
}
)sh";

// Text within a specification of _arguments, where colons and brackets are special.
std::string spec_text(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == ':' || c == '[' || c == ']' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string single_quoted(const std::string& text) {
  return "'" + CLI::detail::find_and_replace(text, "'", "'\\''") + "'";
}

std::string action(const OptionRow& row) {
  static const Actions kActions = {{Offer::nothing, " "},
                                   {Offer::choices, "(CHOICES)"},
                                   {Offer::audio, "_files -g \"*.(#i)(EXTENSIONS)(-.)\""},
                                   {Offer::archives, "_files -g \"*.pai(-/)\""},
                                   {Offer::models, "FUNCTION_models"},
                                   {Offer::recipes, "_files -g \"*.json(-.)\""},
                                   {Offer::folders, "_files -/"},
                                   {Offer::files, "_files"}};
  return action_for(row, kActions);
}

// '(-j --jobs)--jobs=[Threads]:N: ', a specification for each name.
std::string option_specs(const OptionRow& row) {
  std::string specs;
  for (const std::string& name : row.names) {
    const bool is_long = name.compare(0, 2, "--") == 0;
    std::string spec =
        row.names.size() > 1 ? '(' + CLI::detail::join(row.names, " ") + ')' : std::string();
    spec += name;
    if (!row.value.empty()) spec += is_long ? '=' : '+';
    spec += '[' + spec_text(row.brief) + ']';
    if (!row.value.empty()) spec += ':' + spec_text(row.value) + ':' + action(row);
    specs += " \\\n  " + single_quoted(spec);
  }
  return specs;
}

std::string argument_spec(const OptionRow& row) {
  return " \\\n  " +
         single_quoted((row.many ? "*:" : ":") + spec_text(row.value) + ':' + action(row));
}

}  // namespace

std::string zsh_completion(const OptionTable& table) {
  std::string text = "#compdef TOOL\n# Made by `make manual`.\n";
  if (offers(table, Offer::models)) text += kModels;
  text += "\n_arguments -s -S";
  for (const OptionRow& row : table.rows)
    text += row.positional ? argument_spec(row) : option_specs(row);
  return filled_in(text + '\n', table.tool);
}

}  // namespace pairalign::manual

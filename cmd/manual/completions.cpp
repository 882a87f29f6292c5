#include "manual/completions.hpp"

#include <algorithm>

#include <CLI/CLI.hpp>

#include "cli/inputs.hpp"

namespace pairalign::manual {

std::string filled_in(const std::string& script, const cli::Tool& tool) {
  std::string function = "_" + tool.name;
  std::replace(function.begin(), function.end(), '-', '_');
  using CLI::detail::find_and_replace;
  return find_and_replace(find_and_replace(script, "FUNCTION", function), "TOOL", tool.name);
}

std::string joined(const std::vector<std::string>& words, const std::string& separator) {
  std::string text;
  for (const std::string& word : words)
    text += (text.empty() ? "" : separator) + word;
  return text;
}

std::string audio_extensions() {
  return joined(cli::audio_extensions(), "|");
}

bool offers(const OptionTable& table, Offer offer) {
  return std::any_of(table.rows.begin(), table.rows.end(),
                     [&](const OptionRow& row) { return offer_for(row) == offer; });
}

}  // namespace pairalign::manual

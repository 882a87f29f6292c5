#include "manual/completions.hpp"

#include <algorithm>

#include <CLI/CLI.hpp>

#include "cli/inputs.hpp"

namespace pairalign::manual {

using CLI::detail::find_and_replace;
using CLI::detail::join;

std::string filled_in(const std::string& script, const cli::Tool& tool) {
  std::string function = "_" + tool.name;
  std::replace(function.begin(), function.end(), '-', '_');
  return find_and_replace(find_and_replace(script, "FUNCTION", function), "TOOL", tool.name);
}

std::string action_for(const OptionRow& row, const Actions& actions) {
  const std::string action = find_and_replace(actions.at(offer_for(row)), "EXTENSIONS",
                                              join(cli::audio_extensions(), "|"));
  return find_and_replace(action, "CHOICES", join(row.choices, " "));
}

bool offers(const OptionTable& table, Offer offer) {
  return std::any_of(table.rows.begin(), table.rows.end(),
                     [&](const OptionRow& row) { return offer_for(row) == offer; });
}

}  // namespace pairalign::manual

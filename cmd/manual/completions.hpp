// Shell completions: options, permitted values, files of the right kind.
#pragma once

#include <map>
#include <string>

#include "manual/option_table.hpp"

namespace pairalign::manual {

std::string bash_completion(const OptionTable& table);
std::string zsh_completion(const OptionTable& table);
std::string fish_completion(const OptionTable& table);

// What the three have in common.

/// `script` with TOOL replaced by the tool's name, and FUNCTION by the prefix of its functions,
/// "_pa_index".
std::string filled_in(const std::string& script, const cli::Tool& tool);

/// How a shell completes a value of each kind. CHOICES stands for the words to choose from,
/// EXTENSIONS for those of audio files, as alternatives of a regular expression or a glob of zsh.
using Actions = std::map<Offer, const char*>;
std::string action_for(const OptionRow& row, const Actions& actions);

/// True if any option or argument of the tool is completed by this.
bool offers(const OptionTable& table, Offer offer);

}  // namespace pairalign::manual

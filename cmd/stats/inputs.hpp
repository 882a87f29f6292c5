// What the inputs of pa-stats are: audio, a list of audio, or token strings.
#pragma once

#include "cli/program.hpp"
#include "options.hpp"
#include "stats/groups.hpp"

namespace pairalign {

/// Whether they are audio, judged by folders, names and first bytes, without consuming any from a
/// pipe. Throws cli::UsageError for a mixture of audio and token strings.
bool inputs_are_audio(const StatsOptions& options);

/// Warns if --by puts no recording into a group, as when a misspelt file passes for an expression.
template <class Groups>
void warn_if_ungrouped(const Groups& groups, const std::string& by, cli::Messages& messages) {
  if (groups.size() == 1 && stats::is_ungrouped(groups.begin()->first))
    messages.warning("--by " + by + " puts no recording into a group");
}

}  // namespace pairalign

// What the inputs of pa-stats are: audio, a list of audio, or token strings.
#pragma once

#include "options.hpp"

namespace pairalign {

/// Whether they are audio, judged by folders, names and first bytes, without consuming any from a
/// pipe. Throws cli::UsageError for a mixture of audio and token strings.
bool inputs_are_audio(const StatsOptions& options);

}  // namespace pairalign

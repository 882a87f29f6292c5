// pa-stats on audio.
#pragma once

#include "cli/program.hpp"
#include "options.hpp"

namespace pairalign {

/// Measures the recordings that `options` names and prints what it asks for.
cli::ExitStatus report_audio(const StatsOptions& options, cli::Context& context);

}  // namespace pairalign

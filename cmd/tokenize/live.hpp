// Standard input as it comes.
#pragma once

#include "cli/program.hpp"
#include "worker.hpp"

namespace pairalign {

/// Whether what is read from a pipe can be written before its end: windows, and formats with a line
/// a token. A record of the whole begins with its duration, which only the end tells.
bool is_live(const TokenizeOptions& options);

/// Writes what it knows of standard input as soon as it knows it; the lines are those of a file.
/// Throws Error("standard input", reason), after the lines up to there.
void tokenize_live(const Work& work, cli::Context& context);

}  // namespace pairalign

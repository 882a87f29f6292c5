// Tokenising standard input as it arrives.
#pragma once

#include "cli/program.hpp"
#include "worker.hpp"

namespace pairalign {

/// Whether output can be written before the end of a pipe: windows, and formats with one line per
/// token. A record of the whole begins with its duration, which is known only at the end.
bool is_live(const TokenizeOptions& options);

/// Writes the lines of standard input, each as soon as it is known; they are the same as for a
/// file. Throws Error("standard input", reason) after the lines up to the fault.
void tokenize_live(const Work& work, cli::Context& context);

}  // namespace pairalign

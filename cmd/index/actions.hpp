// The actions of pa-index.
#pragma once

#include <string>

#include "archive/writer.hpp"
#include "cli/program.hpp"
#include "options.hpp"

namespace pairalign {

// Inputs, lines and keys that fail are reported and skipped. Each action throws Error if nothing
// can be done at all.

void append(const IndexOptions& options, cli::Context& context);
void dump(const IndexOptions& options, cli::Context& context);
void info(const IndexOptions& options, cli::Context& context);
void check(const IndexOptions& options, cli::Context& context);
void missing(const IndexOptions& options, cli::Context& context);
void remove(const IndexOptions& options, cli::Context& context);
void merge(const IndexOptions& options, cli::Context& context);
void prune(const IndexOptions& options, cli::Context& context);
void salvage(const IndexOptions& options, cli::Context& context);

/// Warns of what a commit found: files in the archive's folder that nothing refers to, segments
/// that could not be merged.
void report_state(const std::string& path, const archive::ArchiveWriter& writer,
                  cli::Messages& messages);

}  // namespace pairalign

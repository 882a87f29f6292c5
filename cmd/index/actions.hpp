// What pa-index does, by its options.
#pragma once

#include <string>

#include "archive/writer.hpp"
#include "cli/program.hpp"
#include "options.hpp"

namespace pairalign {

// Inputs, lines and keys that fail are named and passed over. Each throws Error when nothing can be
// done at all.

void append(const IndexOptions& options, cli::Context& context);
void dump(const IndexOptions& options, cli::Context& context);
void info(const IndexOptions& options, cli::Context& context);
void check(const IndexOptions& options, cli::Context& context);
void missing(const IndexOptions& options, cli::Context& context);
void remove(const IndexOptions& options, cli::Context& context);
void merge(const IndexOptions& options, cli::Context& context);
void prune(const IndexOptions& options, cli::Context& context);
void salvage(const IndexOptions& options, cli::Context& context);

/// Warns of what a commit found: files in the archive's folder that nothing speaks of, segments
/// that could not be made fewer.
void report_state(const std::string& path, const archive::ArchiveWriter& writer,
                  cli::Messages& messages);

}  // namespace pairalign

// The options of pa-index, and what its sources share.
#pragma once

#include <string>
#include <vector>

#include "archive/writer.hpp"
#include "cli/program.hpp"

namespace pairalign {

struct IndexOptions {
  std::string archive;
  std::vector<std::string> files;
  std::vector<std::string> actions;  ///< options that ask for another action than appending
  std::string salvage;               ///< archive to salvage into; empty: no salvage
  bool null = false;
  std::string pack;
  std::string index;
  bool checksum = false;
  bool moved = false;
  bool force = false;
  bool dry_run = false;
  bool replace = false;
  std::string prefix;
  bool no_compact = false;
  double commit_every = 60;  ///< seconds; 0: at the end only
  double wait = 10;          ///< seconds, for another writer
  std::string input_format = "auto";
  std::string format;
};

const cli::Tool& index_tool();
void add_options(CLI::App& app, IndexOptions& options);

/// The option that asks for the action; empty: append. Throws cli::UsageError for options that
/// cannot be combined.
std::string checked_action(const IndexOptions& options);

/// For every action that writes to the archive.
archive::WriterOptions writer_options(const IndexOptions& options, const cli::Context& context);

/// The action when no option asks for another.
void append(const IndexOptions& options, cli::Context& context);

/// Warns of what a commit found: files in the archive's folder that nothing refers to, segments
/// that could not be merged.
void report_state(const std::string& path, const archive::ArchiveWriter& writer,
                  cli::Messages& messages);

}  // namespace pairalign

// pa-index: writes archives of token strings, and reports what is in them. Inputs, lines and keys
// that fail are reported and skipped; an action throws Error if nothing can be done at all.
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "archive/archive.hpp"
#include "archive/archived_files.hpp"
#include "archive/folder.hpp"
#include "archive/salvage.hpp"
#include "archive/summary.hpp"
#include "archive/writer.hpp"
#include "cli/inputs.hpp"
#include "cli/program.hpp"
#include "cli/record_inputs.hpp"
#include "options.hpp"
#include "tokens/record.hpp"
#include "tokens/writer.hpp"

namespace pairalign {

void report_state(const std::string& path, const archive::ArchiveWriter& writer,
                  cli::Messages& messages) {
  const std::vector<std::string>& strays = writer.strays();
  if (!strays.empty()) {
    messages.warning(fmt::format(
        "{}: {} files that its manifest does not mention are left alone, the first of them {}; if "
        "an older manifest was put back, --salvage saves their records",
        path, strays.size(), strays.front()));
  }
  if (writer.compaction_failure()) {
    messages.warning(std::string("segments are left as they are: ") +
                     writer.compaction_failure()->what());
  }
}

namespace {

void dump(const IndexOptions& options, cli::Context& context) {
  const std::string name = options.format.empty() ? "tsv" : options.format;
  tokens::RecordStream stream(cli::parse_option("--format", name, tokens::parse_output_format));
  const archive::Archive archive = archive::Archive::open(options.archive);
  context.out.write(stream.header(archive.header()));
  tokens::Record record;
  std::string text;
  for (std::size_t i = 0; i < archive.size(); ++i) {
    text.clear();
    try {
      archive.record(i, record);
      stream.append(record, text);
    } catch (const Error& error) {
      context.messages.failure(error);
    }
    context.out.write(text);
  }
  context.out.write(stream.finish());
}

void info(const IndexOptions& options, cli::Context& context) {
  const std::string format = options.format.empty() ? "text" : options.format;
  if (format != "text" && format != "json") {
    throw cli::UsageError("--format: '" + format + "' is not a format of --info: text or json");
  }
  const archive::Summary summary = archive::summarise(archive::Archive::open(options.archive));
  context.out.write(format == "json" ? archive::to_json(summary) : archive::to_text(summary));
}

void check(const IndexOptions& options, cli::Context& context) {
  for (const Error& damage : archive::Archive::verify(options.archive)) {
    context.messages.failure(damage);
  }
  if (context.messages.failures() == 0) context.messages.detail(options.archive + ": sound");
}

void missing(const IndexOptions& options, cli::Context& context) {
  cli::require_piped_stdin("pipe in a list of paths");
  const archive::ArchivedFiles archived(options.archive, options.checksum);
  std::optional<archive::MovedFiles> files;
  if (options.moved && archived.archive() != nullptr) files.emplace(*archived.archive());
  std::vector<archive::MovedFile> moved;
  const char end = options.null ? '\0' : '\n';
  std::size_t given = 0;
  std::size_t passed = 0;
  cli::for_each_line(options.null, [&](const std::string& path) {
    ++given;
    if (archived.holds(path)) return;
    if (files) {
      if (auto move = files->find(path)) {
        moved.push_back(std::move(*move));
        return;
      }
    }
    ++passed;
    context.out.write(path + end);
  });
  if (!moved.empty()) {
    archive::ArchiveWriter writer(options.archive, {}, writer_options(options, context));
    const std::size_t records = writer.rename(moved);
    writer.commit();
    report_state(options.archive, writer, context.messages);
    context.messages.detail(fmt::format("{}: {} records of {} files that were moved have new keys",
                                        options.archive, records, moved.size()));
  }
  context.messages.detail(fmt::format("{} of {} paths are missing in {} or have changed", passed,
                                      given, options.archive));
}

// An archive to be changed must exist; only appending and merging create one.
void require_archive(const std::string& path) {
  if (archive::is_free(path)) throw Error(path, "no such archive");
}

// Returns how many records are gone.
std::uint64_t commit_removals(const std::string& path, archive::ArchiveWriter& writer,
                              cli::Messages& messages) {
  const std::uint64_t before = writer.committed();
  writer.commit();
  report_state(path, writer, messages);
  return before - writer.committed();
}

void remove(const IndexOptions& options, cli::Context& context) {
  require_archive(options.archive);
  cli::require_piped_stdin("pipe in the keys of the records to remove");
  std::vector<std::string> lines;  // as the user gave them
  std::vector<std::string> keys;
  cli::for_each_line(options.null, [&](const std::string& line) {
    try {
      keys.push_back(options.null ? line : tokens::unescape_key(line));
      lines.push_back(line);
    } catch (const Error& error) {
      context.messages.failure(Error(line, error.reason()));
    }
  });
  archive::ArchiveWriter writer(options.archive, {}, writer_options(options, context));
  const std::vector<bool> found = writer.remove(keys);
  const std::uint64_t removed = commit_removals(options.archive, writer, context.messages);
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!found[i]) {
      context.messages.failure(Error(options.archive, "no record of " + lines[i]));
    }
  }
  context.messages.detail(fmt::format("{}: {} records removed, {} in all", options.archive, removed,
                                      writer.committed()));
}

void merge(const IndexOptions& options, cli::Context& context) {
  if (options.files.empty()) require_archive(options.archive);
  archive::ArchiveWriter writer(options.archive, {}, writer_options(options, context));
  const std::size_t replaced = writer.merge(options.files, {options.prefix, options.replace});
  report_state(options.archive, writer, context.messages);
  context.messages.detail(fmt::format("{}: {} records replaced, {} in all", options.archive,
                                      replaced, writer.committed()));
}

void prune(const IndexOptions& options, cli::Context& context) {
  const archive::GoneFiles files =
      archive::find_gone_files(archive::Archive::open(options.archive), options.force);
  for (const auto& [folder, count] : files.doubtful) {
    context.messages.failure(Error(
        folder, fmt::format("{} archived files below it are missing: "
                            "is its disk mounted? Their records are kept; --force removes them",
                            count)));
  }
  if (options.dry_run) {
    for (const std::string& path : files.gone)
      context.out.write(tokens::escape_key(path) + '\n');
    return;
  }
  if (files.gone.empty()) return;
  archive::ArchiveWriter writer(options.archive, {}, writer_options(options, context));
  writer.remove(files.gone);
  const std::uint64_t removed = commit_removals(options.archive, writer, context.messages);
  context.messages.detail(fmt::format("{}: {} records of {} files removed, {} in all",
                                      options.archive, removed, files.gone.size(),
                                      writer.committed()));
}

void salvage(const IndexOptions& options, cli::Context& context) {
  const archive::SalvageReport report = archive::salvage(options.archive, options.salvage);
  for (const Error& damage : report.damages)
    context.messages.warning(damage.what());
  const std::string saved =
      fmt::format("{}: {} records saved into {}", options.archive, report.saved, options.salvage);
  if (report.complete()) {
    context.messages.detail(saved);
    return;
  }
  std::string lost = fmt::format("{} lost", report.lost);
  if (report.unknown_segments > 0) {
    lost += fmt::format(", and those of {} files that cannot be read", report.unknown_segments);
  }
  context.messages.failure(saved + ", " + lost);
}

cli::ExitStatus index(const IndexOptions& options, cli::Context& context) {
  static const std::map<std::string, void (*)(const IndexOptions&, cli::Context&)> kActions = {
      {"", append},       {"--dump", dump},       {"--info", info},
      {"--check", check}, {"--missing", missing}, {"--remove", remove},
      {"--merge", merge}, {"--prune", prune},     {"--salvage", salvage}};
  kActions.at(checked_action(options))(options, context);
  return cli::kDone;
}

}  // namespace
}  // namespace pairalign

int pairalign::cli::tool_main(int argc, char** argv) {
  IndexOptions options;
  return cli::run(
      argc, argv, index_tool(), [&](CLI::App& app) { add_options(app, options); },
      [&](cli::Context& context) { return index(options, context); });
}

#include "options.hpp"

#include <string>
#include <vector>

#include "archive/manifest.hpp"
#include "cli/program.hpp"
#include "cli/record_inputs.hpp"
#include "cli/values.hpp"
#include "tokens/writer.hpp"

namespace pairalign {
namespace {

constexpr double kMaxWaitSeconds = 1e7;

struct Action {
  const char* name;
  bool IndexOptions::*given;
  const char* description;
};

// Instead of appending; besides --salvage, which has a value.
constexpr Action kActions[] = {
    {"--dump", &IndexOptions::dump, "Print the records of ARCHIVE as they were added"},
    {"--info", &IndexOptions::info, "Print what ARCHIVE holds and what uses its space"},
    {"--check", &IndexOptions::check, "Verify all checksums of ARCHIVE and report damage"},
    {"--missing", &IndexOptions::missing,
     "Print the paths on standard input that ARCHIVE lacks: those it has no strings of, or whose "
     "files have changed since"},
    {"--remove", &IndexOptions::remove,
     "Remove the records whose keys are on standard input, escaped as in records; a key without "
     "#t= includes its parts"},
    {"--merge", &IndexOptions::merge,
     "Rewrite ARCHIVE as few segments, without removed records; add the records of the archives "
     "FILE...: of records with the same key, the last one stays (see --replace)"},
    {"--prune", &IndexOptions::prune,
     "Remove the records of files that no longer exist; a disk that seems not to be mounted is "
     "spared"}};

std::vector<std::string> actions(const IndexOptions& options) {
  std::vector<std::string> names;
  for (const Action& action : kActions) {
    if (options.*action.given) names.emplace_back(action.name);
  }
  if (!options.salvage.empty()) names.emplace_back("--salvage");
  return names;
}

void add_seconds(CLI::App& app, const char* name, double& seconds, const char* description) {
  cli::add_number(app, name, seconds, "SECONDS", description)
      ->check(CLI::Range(0.0, kMaxWaitSeconds));
}

}  // namespace

void add_options(CLI::App& app, IndexOptions& options) {
  app.add_option(cli::kArchive, options.archive, "Folder of the archive, by convention NAME.pai")
      ->required();
  cli::add_paths(app, cli::kFile, options.files,
                 "Token strings to append; - or no FILE reads standard input. With --merge: "
                 "archives");
  for (const Action& action : kActions)
    app.add_flag(action.name, options.*action.given, action.description);
  app.add_option("--salvage", options.salvage,
                 "Write the intact part of the damaged ARCHIVE to a new archive NEW")
      ->type_name("NEW");
  cli::add_null(app, options.null);
  app.add_option("--pack", options.pack,
                 "How ARCHIVE stores tokens from now on: fixed (the same number of bits each, fast "
                 "to scan) or entropy (fewer bits for frequent tokens). Default: unchanged; fixed "
                 "in a new archive")
      ->type_name("HOW")
      ->check(cli::one_of({"fixed", "entropy"}));
  app.add_option(
         "--index", options.index,
         "Index to keep from now on, so that searches with a limit skip most records: "
         "pairs (positions of token pairs, 10 to 13 bits per token) or none. Default: unchanged; "
         "pairs in a new archive")
      ->type_name("HOW")
      ->check(cli::one_of({"pairs", "none"}));
  add_seconds(app, "--commit-every", options.commit_every,
              "Commit what has arrived every SECONDS: a long pipe that breaks loses no more than "
              "that. 0: commit all or nothing, at the end");
  add_seconds(app, "--wait", options.wait,
              "How long to wait for another process that is writing to ARCHIVE");
  app.add_flag("--no-compact", options.no_compact,
               "Do not merge segments; by default, small ones are merged when there are many");
  app.add_flag("--checksum", options.checksum,
               "Also read files whose size and time are unchanged (with --missing)");
  app.add_flag("--moved", options.moved,
               "Recognise moved files by their contents (with --missing): their records get the "
               "new paths, and they are not printed");
  app.add_flag(
      "--replace", options.replace,
      "If records with the same key differ, keep the last one (with --merge); without --replace, "
      "nothing is merged in that case");
  app.add_option("--prefix", options.prefix,
                 "Prepend PREFIX to the keys from the archives FILE... (with --merge); keeps those "
                 "of two machines apart")
      ->type_name("PREFIX");
  app.add_flag("--force", options.force,
               "Also remove records of files on disks that seem not to be mounted (with --prune)");
  app.add_flag("-n,--dry-run", options.dry_run,
               "Print the keys of what would be removed, and remove nothing (with --prune)");
  cli::add_input_format(app, options.input_format);
  std::vector<std::string> formats = tokens::output_format_names();
  formats.insert(formats.end(), {"text", "json"});
  app.add_option("--format", options.format,
                 "Output format. --dump: " + tokens::describe_output_formats(false) +
                     " (default: tsv). --info: text or json (default: text)")
      ->type_name("NAME")
      ->check(cli::one_of(formats));
}

void check_usage(const IndexOptions& options) {
  const std::vector<std::string> asked = actions(options);
  const auto need = [](bool given, bool fits, const char* reason) {
    if (given && !fits) throw cli::UsageError(reason);
  };
  if (asked.size() > 1)
    throw cli::UsageError(asked[0] + " and " + asked[1] + " exclude one another");
  const bool appends = asked.empty();
  if (!options.files.empty() && !appends && !options.merge) {
    throw cli::UsageError("files to append were given, but " + asked[0] + " does not append");
  }
  need(options.input_format != "auto", appends, "--input-format applies only to appending");
  need(!options.format.empty(), options.dump || options.info,
       "--format applies only to --dump and --info");
  need(options.null, options.missing || options.remove,
       "-0 applies only to --missing and --remove");
  need(options.commit_every != IndexOptions().commit_every, appends,
       "--commit-every applies only to appending");
  need(options.checksum, options.missing, "--checksum applies only to --missing");
  need(options.moved, options.missing, "--moved applies only to --missing");
  need(options.force, options.prune, "--force applies only to --prune");
  need(options.dry_run, options.prune, "--dry-run applies only to --prune");
  need(options.replace, options.merge, "--replace applies only to --merge");
  need(!options.prefix.empty(), options.merge && !options.files.empty(),
       "--prefix applies only to the archives that --merge adds");
  need(!options.pack.empty(), appends || options.merge,
       "--pack applies only to appending and --merge");
  need(!options.index.empty(), appends || options.merge,
       "--index applies only to appending and --merge");
}

archive::WriterOptions writer_options(const IndexOptions& options, const cli::Context& context) {
  archive::WriterOptions result;
  result.threads = context.options.jobs;
  result.wait_seconds = options.wait;
  result.compaction = !options.no_compact;
  if (!options.pack.empty()) {
    result.coding = cli::parse_option("--pack", options.pack, archive::parse_token_coding);
  }
  if (!options.index.empty()) {
    result.indexing = cli::parse_option("--index", options.index, archive::parse_indexing);
  }
  return result;
}

}  // namespace pairalign

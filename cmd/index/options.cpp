#include "options.hpp"

#include <string>
#include <utility>
#include <vector>

#include "archive/manifest.hpp"
#include "cli/program.hpp"
#include "cli/record_inputs.hpp"
#include "cli/values.hpp"
#include "tokens/writer.hpp"

namespace pairalign {
namespace {

constexpr double kMaxWaitSeconds = 1e7;

// Instead of appending; besides --salvage, which has a value.
constexpr std::pair<const char*, const char*> kActions[] = {
    {"--dump", "Print the records of ARCHIVE as they were added"},
    {"--info", "Print what ARCHIVE holds and what uses its space"},
    {"--check", "Verify all checksums of ARCHIVE and report damage"},
    {"--missing",
     "Print the paths on standard input that ARCHIVE lacks: those it has no strings of, of "
     "whatever channel, or whose files have changed since"},
    {"--remove",
     "Remove the records whose keys are on standard input, escaped as in records; a key without "
     "#t= includes its parts"},
    {"--merge",
     "Rewrite ARCHIVE as few segments, without removed records; add the records of the archives "
     "FILE...: of records with the same key, the last one stays (see --replace)"},
    {"--prune",
     "Remove the records of files that no longer exist; a disk that seems not to be mounted is "
     "spared"}};

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
  for (const auto& [name, description] : kActions) {
    app.add_flag_callback(
        name, [&options, asked = name] { options.actions.emplace_back(asked); }, description);
  }
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
         "pairs (postings of token pairs, 10 to 13 bits per token) or none. Default: unchanged; "
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

std::string checked_action(const IndexOptions& options) {
  std::vector<std::string> asked = options.actions;
  if (!options.salvage.empty()) asked.emplace_back("--salvage");
  const auto need = [](bool given, bool fits, const char* reason) {
    if (given && !fits) throw cli::UsageError(reason);
  };
  if (asked.size() > 1)
    throw cli::UsageError(asked[0] + " and " + asked[1] + " exclude one another");
  const bool appends = asked.empty();
  const std::string action = appends ? "" : asked[0];
  const bool merges = action == "--merge";
  if (!options.files.empty() && !appends && !merges) {
    throw cli::UsageError("files to append were given, but " + action + " does not append");
  }
  need(options.input_format != "auto", appends, "--input-format applies only to appending");
  need(!options.format.empty(), action == "--dump" || action == "--info",
       "--format applies only to --dump and --info");
  need(options.null, action == "--missing" || action == "--remove",
       "-0 applies only to --missing and --remove");
  need(options.commit_every != IndexOptions().commit_every, appends,
       "--commit-every applies only to appending");
  need(options.checksum, action == "--missing", "--checksum applies only to --missing");
  need(options.moved, action == "--missing", "--moved applies only to --missing");
  need(options.force, action == "--prune", "--force applies only to --prune");
  need(options.dry_run, action == "--prune", "--dry-run applies only to --prune");
  need(options.replace, merges, "--replace applies only to --merge");
  need(!options.prefix.empty(), merges && !options.files.empty(),
       "--prefix applies only to the archives that --merge adds");
  need(!options.pack.empty(), appends || merges, "--pack applies only to appending and --merge");
  need(!options.index.empty(), appends || merges, "--index applies only to appending and --merge");
  return action;
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

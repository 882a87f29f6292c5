#include "index_options.hpp"

#include <utility>

#include "archive/manifest.hpp"
#include "cli/program.hpp"
#include "cli/record_inputs.hpp"

namespace pairalign {
namespace {

constexpr const char* kFooter =
    "Exit status: 0 done; 2 wrong use, damage found, records lost, or an input, a\n"
    "line of one or a key failed (it is named, the others are done).\n"
    "\n"
    "Examples:\n"
    "  pa-tokenize talks/ | pa-index talks.pai\n"
    "  pa-index talks.pai monday.tsv tuesday.tsv\n"
    "  pa-index --dump talks.pai | grep '^talks/keynote'\n"
    "  find /audio -type f | pa-index --missing a.pai | pa-tokenize | pa-index a.pai\n"
    "  echo talks/draft.wav | pa-index --remove talks.pai\n"
    "  pa-index --merge talks.pai monday.pai tuesday.pai\n"
    "  pa-index --merge --pack entropy talks.pai\n"
    "  pa-index --check talks.pai || pa-index --salvage saved.pai talks.pai";

void add_actions(CLI::App& app, IndexOptions& options) {
  app.add_flag("--dump", options.dump, "Print the records of ARCHIVE as they went in");
  app.add_flag("--info", options.info, "Print what ARCHIVE holds and what takes up its room");
  app.add_flag("--check", options.check,
               "Compare all of ARCHIVE with its checksums and name what is damaged");
  app.add_flag(
      "--missing", options.missing,
      "Of the paths on standard input, print those that ARCHIVE has no strings of, or whose "
      "files have changed since");
  app.add_flag("--remove", options.remove,
               "Remove the records whose keys stand on standard input, as they are written in "
               "records; a key without #t= stands for its parts too");
  app.add_flag("--merge", options.merge,
               "Rewrite ARCHIVE without removed records, as few segments, with the records of the "
               "archives FILE... behind its own; of one key, the last one stays");
  app.add_option("--salvage", options.salvage,
                 "Write what is sound of the damaged ARCHIVE into a new archive NEW")
      ->type_name("NEW");
}

// Names of what is asked for besides appending.
std::vector<std::string> actions(const IndexOptions& options) {
  std::vector<std::string> names;
  const std::pair<const char*, bool> given[] = {{"--dump", options.dump},
                                                {"--info", options.info},
                                                {"--check", options.check},
                                                {"--missing", options.missing},
                                                {"--remove", options.remove},
                                                {"--merge", options.merge},
                                                {"--salvage", !options.salvage.empty()}};
  for (const auto& [name, is_given] : given) {
    if (is_given) names.emplace_back(name);
  }
  return names;
}

}  // namespace

void add_options(CLI::App& app, IndexOptions& options) {
  app.add_option("ARCHIVE", options.archive, "Folder of the archive, by custom NAME.pai")
      ->required();
  cli::add_paths(app, "FILE", options.files,
                 "Token strings to append; - or none reads standard input. With --merge: archives");
  add_actions(app, options);
  app.add_flag("-0,--null", options.null,
               "--missing, --remove: NUL ends each path or key, which stands as it is");
  app.add_option("--pack", options.pack,
                 "How ARCHIVE stores tokens from now on: fixed (the same number of bits each, fast "
                 "to scan) or entropy (fewer for likely ones). Default: as it does, at first fixed")
      ->type_name("HOW");
  app.add_option("--input-format", options.input_format, "auto, tsv, jsonl or kaldi")
      ->type_name("NAME");
  app.add_option(
         "--format", options.format,
         "--dump: tsv, jsonl, kaldi, km, ctm or audacity (default: tsv). --info: text or json "
         "(default: text)")
      ->type_name("NAME");
  app.footer(kFooter);
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
    throw cli::UsageError("files to append, and " + asked[0] + ", which does not append");
  }
  need(options.input_format != "auto", appends, "--input-format is about appending");
  need(!options.format.empty(), options.dump || options.info,
       "--format is about --dump and --info");
  need(options.null, options.missing || options.remove, "-0 is about --missing and --remove");
  need(!options.pack.empty(), appends || options.merge, "--pack is about appending and --merge");
}

std::optional<archive::TokenCoding> token_coding(const IndexOptions& options) {
  if (options.pack.empty()) return std::nullopt;
  return cli::parse_option("--pack", options.pack, archive::parse_token_coding);
}

}  // namespace pairalign

#include "options.hpp"

#include "cli/program.hpp"
#include "cli/values.hpp"

namespace pairalign {
void add_options(CLI::App& app, StatsOptions& options) {
  cli::add_paths(
      app, cli::kPath, options.files,
      "Audio files, and folders, which are walked for audio; or files of token strings; with "
      "--qrels "
      "runs, in TREC format or as pa-search prints hits. With none, standard input holds token "
      "strings, or paths of audio, one a line; - reads token strings or audio from there");
  app.add_option("--against", options.against,
                 "Count how many tokens are saved over the strings of the same recordings in FILE; "
                 "recordings meet by key, else by file name without extension. -v: each of them. "
                 "With --qrels: the differences from the run in FILE, with 95 % intervals")
      ->type_name(cli::kFile);
  app.add_option(
         "--pairs", options.pairs,
         "Compare each string with the one of the same recording in FILE: edit similarity "
         "(1 - distance / longer), Jaccard of the token sets, shorter / longer, edits, change "
         "of length")
      ->type_name(cli::kFile);
  app.add_option("--qrels", options.qrels,
                 "Retrieval metrics of runs by the TREC judgements in FILE. -v: each query")
      ->type_name(cli::kFile);
  app.add_option("--min-relevance", options.retrieval.min_relevance,
                 "Least judgement of --qrels that counts as relevant")
      ->type_name("N")
      ->check(CLI::Range(0, 1000000))
      ->each([&options](const std::string&) { options.min_relevance_given = true; });
  app.add_option("--terms", options.terms,
                 "With --against a run: resample terms instead of queries; FILE holds lines of "
                 "query TAB term")
      ->type_name(cli::kFile);
  app.add_option("--log", options.log,
                 "Curves of a training from what `pa-train --log` wrote, also while it runs: first "
                 "and last value and the course of the measures of each stage. -v: of all measures")
      ->type_name(cli::kFile);
  app.add_flag("--quick", options.quick,
               "Of audio: read headers only, and no sample; thousands of files a second");
  app.add_option(
         "--by", options.by,
         "Figures by group. folder, folder:N (the first N folders of the path; -N: the last "
         "ones), a file of lines KEY GROUP such as Kaldi's utt2spk, or a regular expression, "
         "whose first group in brackets is taken: speakers, splits, microphones. * marks "
         "groups that stand out")
      ->type_name("GROUPING");
  app.add_flag("--flag", options.flag,
               "Of audio: a line for each finding, PATH, CHECK, VALUE and LIMIT, separated by TAB. "
               "Status 1 when there is none");
  app.add_option_function<std::vector<std::string>>(
         "--limit", [&options](const std::vector<std::string>& limits) { options.limits = limits; },
         "Limit of a check of audio, such as snr=15; off leaves the check out. May be repeated")
      ->type_name("CHECK=LIMIT")
      ->type_size(1)
      ->allow_extra_args(false);
  cli::add_manifest(app, options.manifest);
  cli::add_null(app, options.null);
  cli::add_input_format(app, options.input_format);
  app.add_option("--format", options.format,
                 "Format of the report. text, json or svg, a picture: histograms and curves of the "
                 "same figures; of audio also tsv or jsonl, a line per recording")
      ->type_name("NAME")
      ->check(cli::one_of({"text", "json", "svg", "tsv", "jsonl"}));
}

void check_usage(const StatsOptions& options) {
  const bool records = !options.against.empty() || !options.pairs.empty();
  if (!options.qrels.empty() && !options.pairs.empty()) {
    throw cli::UsageError("--qrels is about runs, --pairs is about token strings");
  }
  if (!options.terms.empty() && (options.qrels.empty() || options.against.empty())) {
    throw cli::UsageError("--terms needs --qrels and --against");
  }
  if (options.min_relevance_given && options.qrels.empty()) {
    throw cli::UsageError("--min-relevance needs --qrels");
  }
  const bool other = !options.qrels.empty() || !options.log.empty();
  const bool of_audio = options.quick || options.flag || !options.limits.empty() ||
                        !options.manifest.empty() || options.null;
  if (other && (of_audio || !options.by.empty())) {
    throw cli::UsageError("--qrels and --log have nothing to do with audio and its groups");
  }
  if (!options.manifest.empty() && !options.files.empty()) {
    throw cli::UsageError("--manifest names what to read, and paths are given too");
  }
  if (options.null && (!options.files.empty() || !options.manifest.empty())) {
    throw cli::UsageError("-0 is about path lists on standard input, and there is none");
  }
  if (options.flag && options.format != "text") {
    throw cli::UsageError(
        "--flag has a format of its own; --format tsv and jsonl name findings too");
  }
  if (!options.log.empty() && (records || !options.qrels.empty() || !options.files.empty())) {
    throw cli::UsageError("--log stands alone: no FILE, --against, --pairs or --qrels beside it");
  }
}

void check_usage_of_audio(const StatsOptions& options) {
  if (!options.against.empty() || !options.pairs.empty()) {
    throw cli::UsageError("--against and --pairs are about token strings, and audio is given");
  }
}

void check_usage_of_records(const StatsOptions& options) {
  if (options.quick || options.flag || !options.limits.empty()) {
    throw cli::UsageError(
        "--quick, --flag and --limit are about audio, and token strings are given");
  }
  if (options.format == "tsv" || options.format == "jsonl") {
    throw cli::UsageError(
        "--format tsv and jsonl have a line per recording of audio, and token strings are given");
  }
}

}  // namespace pairalign

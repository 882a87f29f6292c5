#include "options.hpp"

#include <algorithm>

#include "cli/program.hpp"
#include "cli/values.hpp"

namespace pairalign {

void add_options(CLI::App& app, StatsOptions& options) {
  cli::add_paths(
      app, cli::kPath, options.files,
      "Audio files and folders, searched recursively for files with an audio extension; or files "
      "of token strings; with --qrels, runs in TREC format or as pa-search prints hits. Without "
      "PATH, standard input holds token strings, or paths of audio, one per line; - reads token "
      "strings or audio from there");
  app.add_option(
         "--against", options.against,
         "Count the tokens saved compared with the same recordings in FILE; they are matched "
         "by key, else by file name without extension. -v: per recording. With --qrels: the "
         "differences from the run in FILE, with 95 % intervals")
      ->type_name(cli::kFile);
  app.add_option(
         "--pairs", options.pairs,
         "Compare each string with that of the same recording in FILE: edit similarity "
         "(1 - distance / longer), Jaccard index of the token sets, shorter / longer, edits, "
         "length change")
      ->type_name(cli::kFile);
  app.add_option("--qrels", options.qrels,
                 "Retrieval metrics of runs, from the TREC judgements in FILE. -v: per query")
      ->type_name(cli::kFile);
  app.add_option("--min-relevance", options.retrieval.min_relevance,
                 "Lowest judgement in --qrels that counts as relevant")
      ->type_name("N")
      ->check(CLI::Range(0, 1000000))
      ->each([&options](const std::string&) { options.min_relevance_given = true; });
  app.add_option("--terms", options.terms,
                 "Resample terms instead of queries (with --qrels and --against); FILE holds lines "
                 "of query TAB term")
      ->type_name(cli::kFile);
  app.add_option("--log", options.log,
                 "Training curves from the log that `pa-train --log` writes, also while it runs: "
                 "first value, last value and curve of the main metrics of each stage. -v: of all")
      ->type_name(cli::kFile);
  app.add_flag(
      "--quick", options.quick,
      "Read only the headers of audio files; thousands of files per second, except for formats "
      "that FFmpeg reads");
  app.add_option(
         "--by", options.by,
         "Statistics by group, such as speaker, split or microphone: folder, folder:N (the first "
         "N folders of the path; -N: the last N), a file of lines KEY GROUP such as Kaldi's "
         "utt2spk, or a regular expression, whose first capture group is used. * marks outliers")
      ->type_name("GROUPING");
  app.add_flag("--flag", options.flag,
               "Check audio: print a line for each finding, PATH, CHECK, VALUE and LIMIT, "
               "separated by TAB. Exit status 1 if there is none");
  app.add_option_function<std::vector<std::string>>(
         "--limit", [&options](const std::vector<std::string>& limits) { options.limits = limits; },
         "Limit of an audio check, such as snr=15; snr=off disables it. May be repeated")
      ->type_name("CHECK=LIMIT")
      ->type_size(1)
      ->allow_extra_args(false);
  cli::add_manifest(app, options.manifest);
  cli::add_null(app, options.null);
  cli::add_input_format(app, options.input_format);
  cli::add_choice(app, "--format", options.format,
                  "Report format: text, json or svg (histograms and curves of the same data); for "
                  "audio also tsv or jsonl, one line per recording",
                  {"text", "json", "svg", "tsv", "jsonl"});
}

void check_usage(const StatsOptions& options) {
  // Without files, they come from there.
  auto from_standard_input = std::count(options.files.begin(), options.files.end(), "-") +
                             (options.files.empty() && options.manifest.empty() ? 1 : 0);
  for (const std::string* path : {&options.against, &options.pairs, &options.qrels})
    from_standard_input += *path == "-";
  cli::refuse(options.log.empty() && from_standard_input > 1,
              "only one input can be standard input");
  const bool records = !options.against.empty() || !options.pairs.empty();
  cli::refuse(
      !options.qrels.empty() && !options.pairs.empty(),
      "--qrels and --pairs cannot be combined: runs and token strings are different inputs");
  cli::refuse(!options.terms.empty() && (options.qrels.empty() || options.against.empty()),
              "--terms needs --qrels and --against");
  cli::refuse(options.min_relevance_given && options.qrels.empty(),
              "--min-relevance needs --qrels");
  const bool other = !options.qrels.empty() || !options.log.empty();
  const bool of_audio = options.quick || options.flag || !options.limits.empty() ||
                        !options.manifest.empty() || options.null;
  cli::refuse(other && (of_audio || !options.by.empty()),
              "--qrels and --log cannot be combined with --by or with options for audio");
  cli::refuse(!options.manifest.empty() && !options.files.empty(),
              "--manifest names what to read, and paths are given too");
  cli::refuse(options.null && (!options.files.empty() || !options.manifest.empty()),
              "-0 applies to path lists on standard input, not to named inputs");
  cli::refuse(other && (options.format == "tsv" || options.format == "jsonl"),
              "--format tsv and jsonl apply to audio, not to --qrels and --log");
  cli::refuse(options.flag && options.format != "text",
              "--flag has its own output format; --format tsv and jsonl list findings too");
  cli::refuse(!options.log.empty() && (records || !options.qrels.empty() || !options.files.empty()),
              "--log cannot be combined with PATH, --against, --pairs or --qrels");
}

}  // namespace pairalign

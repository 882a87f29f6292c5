#include "options.hpp"

#include "cli/program.hpp"
#include "cli/values.hpp"

namespace pairalign {
void add_options(CLI::App& app, StatsOptions& options) {
  cli::add_paths(
      app, cli::kFile, options.files,
      "Token strings; with --qrels runs, in TREC format or as pa-search prints hits. - or "
      "none reads standard input");
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
  cli::add_input_format(app, options.input_format);
  app.add_option("--format", options.format,
                 "Format of the report. text, json or svg, a picture: histograms and curves of the "
                 "same figures")
      ->type_name("NAME")
      ->check(cli::one_of({"text", "json", "svg"}));
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
  if (!options.log.empty() && (records || !options.qrels.empty() || !options.files.empty())) {
    throw cli::UsageError("--log stands alone: no FILE, --against, --pairs or --qrels beside it");
  }
}

}  // namespace pairalign

#include "stats_options.hpp"

#include "cli/program.hpp"

namespace pairalign {
namespace {

constexpr const char* kFooter =
    "Metrics of --qrels: MAP as trec_eval defines it, over all relevant documents of\n"
    "the qrels; MRR; P@k; R@k, the share of queries with a relevant document in the\n"
    "top k; the mean rank of the first relevant one; MTWV, the maximum over score\n"
    "thresholds of 1 - mean over queries of (misses + 999.9 * false alarms), as\n"
    "shares of the relevant and of the other documents named. Every query with a\n"
    "relevant document counts, also when the run does not name it. Documents judged\n"
    "below 0 are left out of the query's ranking. Equal scores are ranked by document.\n"
    "\n"
    "Exit status: 0 done; 2 wrong use, or an input or a line of one failed (it is\n"
    "named, the others are counted).\n"
    "\n"
    "Examples:\n"
    "  pa-tokenize corpus/ | pa-stats\n"
    "  pa-stats short.tsv --against long.tsv\n"
    "  pa-stats noisy.tsv --pairs clean.tsv --format json\n"
    "  pa-search talks.pai queries.tsv -k 0 --format trec | pa-stats --qrels qrels.txt\n"
    "  pa-stats --qrels qrels.txt run.txt --min-relevance 2\n"
    "  pa-stats talks.tsv --format svg >talks.svg\n"
    "  watch -n 20 pa-stats --log mine.jsonl";

}  // namespace

void add_options(CLI::App& app, StatsOptions& options) {
  cli::add_paths(
      app, "FILE", options.files,
      "Token strings; with --qrels runs, in TREC format or as pa-search prints hits. - or "
      "none reads standard input");
  app.add_option("--against", options.against,
                 "Count how many tokens are saved over the strings of the same recordings in FILE; "
                 "recordings meet by key, else by file name without extension. -v: each of them")
      ->type_name("FILE");
  app.add_option(
         "--pairs", options.pairs,
         "Compare each string with the one of the same recording in FILE: edit similarity "
         "(1 - distance / longer), Jaccard of the token sets, shorter / longer, edits, change "
         "of length")
      ->type_name("FILE");
  app.add_option("--qrels", options.qrels,
                 "Retrieval metrics of runs by the TREC judgements in FILE. -v: each query")
      ->type_name("FILE");
  app.add_option("--min-relevance", options.retrieval.min_relevance,
                 "--qrels: what is judged N or higher is relevant")
      ->type_name("N")
      ->check(CLI::Range(0, 1000000))
      ->each([&options](const std::string&) { options.min_relevance_given = true; });
  app.add_option("--log", options.log,
                 "Curves of the training that `pa-train --log FILE` has told of, also while it "
                 "runs: first and last value and the course of the measures of each stage. -v: of "
                 "all measures")
      ->type_name("FILE");
  app.add_option("--input-format", options.input_format, "auto, tsv, jsonl or kaldi")
      ->type_name("NAME");
  app.add_option("--format", options.format,
                 "text, json or svg, a picture: histograms and curves of the same figures")
      ->type_name("NAME")
      ->check(CLI::IsMember({"text", "json", "svg"}));
  app.footer(kFooter);
}

void check_usage(const StatsOptions& options) {
  const bool records = !options.against.empty() || !options.pairs.empty();
  if (!options.qrels.empty() && records) {
    throw cli::UsageError("--qrels is about runs, --against and --pairs are about token strings");
  }
  if (options.min_relevance_given && options.qrels.empty()) {
    throw cli::UsageError("--min-relevance needs --qrels");
  }
  if (!options.log.empty() && (records || !options.qrels.empty() || !options.files.empty())) {
    throw cli::UsageError("--log stands alone: no FILE, --against, --pairs or --qrels beside it");
  }
}

}  // namespace pairalign

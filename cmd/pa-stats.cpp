// pa-stats: what token strings look like, how similar two streams are, how good a ranking is.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/program.hpp"
#include "cli/progress.hpp"
#include "cli/record_inputs.hpp"
#include "stats/pairs.hpp"
#include "stats/report.hpp"
#include "stats/retrieval.hpp"
#include "stats/summary.hpp"
#include "tokens/reader.hpp"

namespace pairalign {
namespace {

constexpr const char* kSummary =
    "Measures token strings: rates, vocabulary, entropy, lengths, repetition; with --against, "
    "--pairs or --qrels also against another stream or against relevance judgements.";

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
    "  pa-stats --qrels qrels.txt run.txt --min-relevance 2";

// How often the progress bar is told, in records.
constexpr std::uint64_t kProgressStep = 1024;

struct Options {
  std::vector<std::string> files;
  std::string against;
  std::string pairs;
  std::string qrels;
  stats::RetrievalConfig retrieval;
  bool min_relevance_given = false;
  std::string input_format = "auto";
  std::string format = "text";
};

void add_options(CLI::App& app, Options& options) {
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
  app.add_option("--input-format", options.input_format, "auto, tsv, jsonl or kaldi")
      ->type_name("NAME");
  app.add_option("--format", options.format, "text or json")
      ->type_name("NAME")
      ->check(CLI::IsMember({"text", "json"}));
  app.footer(kFooter);
}

void check_options(const Options& options) {
  const bool records = !options.against.empty() || !options.pairs.empty();
  if (!options.qrels.empty() && records) {
    throw cli::UsageError("--qrels is about runs, --against and --pairs are about token strings");
  }
  if (options.min_relevance_given && options.qrels.empty()) {
    throw cli::UsageError("--min-relevance needs --qrels");
  }
}

// The sections of the report, in the one format or the other.
class Report {
 public:
  explicit Report(const Options& options) : json_(options.format == "json") {}

  template <class Result, class... Detail>
  void add(const std::string& name, const std::string& title, const Result& result,
           Detail... detail) {
    if (json_) {
      members_[name] = stats::to_json(result);
      return;
    }
    if (!text_.empty()) text_ += '\n' + title + '\n';
    text_ += stats::to_text(result, detail...);
  }

  std::string text() const { return json_ ? stats::dump(members_) : text_; }

 private:
  bool json_;
  stats::Json members_;
  std::string text_;
};

tokens::InputFormat input_format(const Options& options) {
  return cli::parse_option("--input-format", options.input_format, tokens::parse_input_format);
}

// Reads a whole file of references; returns what it was written with.
template <class Take>
cli::CommonHeader read_references(const std::string& path, const Options& options,
                                  cli::Messages& messages, Take take) {
  cli::RecordInputs inputs({path}, input_format(options), "", messages);
  tokens::Record record;
  while (inputs.next(record)) {
    try {
      take(record);
    } catch (const Error& error) {
      throw Error(path, error.what());
    }
  }
  return inputs.common();
}

void name_unmatched(const std::vector<std::string>& keys, const std::string& reference,
                    std::size_t matched, cli::Messages& messages) {
  for (const std::string& key : keys)
    messages.warning(key + ": no partner in " + reference);
  if (matched == 0) throw Error(reference, "holds no partner of any record");
}

// Everything that token strings are asked for in one pass over them.
class RecordStatistics {
 public:
  RecordStatistics(const Options& options, cli::Context& context)
      : options_(options), context_(context) {}

  void read_references_of_all() {
    if (!options_.against.empty()) {
      read_references(options_.against, options_, context_.messages,
                      [&](const tokens::Record& r) { reduction_.add_reference(r); });
    }
    if (!options_.pairs.empty()) {
      pairs_header_ = read_references(options_.pairs, options_, context_.messages,
                                      [&](const tokens::Record& r) { pairs_.add_reference(r); });
    }
  }

  void read_records() {
    // Distances between strings of two models mean nothing; savings of one over the other do.
    cli::RecordInputs inputs(options_.files, input_format(options_),
                             "give files of token strings, or pipe them in", context_.messages,
                             pairs_header_);
    cli::Progress progress("pa-stats", 0, context_.options.progress);
    tokens::Record record;
    for (std::uint64_t done = 0; inputs.next(record);) {
      summariser_.add(record);
      if (!options_.against.empty()) reduction_.add(record);
      if (!options_.pairs.empty()) pairs_.add(record);
      if (++done % kProgressStep == 0) progress.update(done, "records");
    }
    progress.finish();
    header_ = inputs.common().header();
  }

  void report(Report& report) {
    cli::Messages& messages = context_.messages;
    report.add("summary", "", summariser_.summary(header_));
    if (!options_.against.empty()) {
      const stats::ReductionSummary result = reduction_.summary();
      name_unmatched(result.unmatched, options_.against, result.keys.size(), messages);
      report.add("against", "against " + options_.against, result, context_.options.verbosity > 0);
    }
    if (!options_.pairs.empty()) {
      const stats::PairSummary result = pairs_.summary();
      name_unmatched(result.unmatched, options_.pairs, result.pairs, messages);
      report.add("pairs", "pairs with " + options_.pairs, result);
    }
  }

 private:
  const Options& options_;
  cli::Context& context_;
  stats::Summariser summariser_;
  stats::ReductionComparison reduction_;
  stats::PairComparison pairs_;
  tokens::Header header_;
  cli::CommonHeader pairs_header_;
};

stats::RetrievalMetrics retrieval_metrics(const Options& options) {
  std::vector<std::string> runs = options.files;
  if (runs.empty()) {
    cli::require_piped_stdin("give a run, or pipe one in");
    runs = {"-"};
  }
  stats::RetrievalEvaluation evaluation(options.retrieval);
  evaluation.read_qrels(options.qrels);
  for (const std::string& run : runs)
    evaluation.read_run(run);
  const stats::RetrievalMetrics metrics = evaluation.metrics();
  if (metrics.queries == 0) throw Error(options.qrels, "no query with a relevant document");
  return metrics;
}

cli::ExitStatus measure(const Options& options, cli::Context& context) {
  check_options(options);
  Report report(options);
  if (!options.qrels.empty()) {
    report.add("retrieval", "", retrieval_metrics(options), context.options.verbosity > 0);
  } else {
    RecordStatistics statistics(options, context);
    statistics.read_references_of_all();
    statistics.read_records();
    statistics.report(report);
  }
  context.out.write(report.text());
  return cli::kDone;
}

}  // namespace
}  // namespace pairalign

int main(int argc, char** argv) {
  using namespace pairalign;
  Options options;
  return cli::run(
      argc, argv, "pa-stats", kSummary, cli::kProgress,
      [&](CLI::App& app) { add_options(app, options); },
      [&](cli::Context& context) { return measure(options, context); });
}

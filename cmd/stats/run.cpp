// pa-stats: statistics of audio and of token strings, similarity of two streams, retrieval metrics,
// training curves.
#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/program.hpp"
#include "cli/progress.hpp"
#include "cli/record_inputs.hpp"
#include "options.hpp"
#include "sections.hpp"
#include "stats/groups.hpp"
#include "stats/pairs.hpp"
#include "stats/retrieval.hpp"
#include "stats/summary.hpp"
#include "stats/training_history.hpp"
#include "tokens/reader.hpp"

namespace pairalign {
namespace {

tokens::InputFormat input_format(const StatsOptions& options) {
  return cli::parse_option("--input-format", options.input_format, tokens::parse_input_format);
}

// Reads a whole file of references; returns its header.
template <class Take>
cli::CommonHeader read_references(const std::string& path, const StatsOptions& options,
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

void name_unmatched(const stats::KeyMatcher& matcher, const std::string& reference,
                    std::size_t matched, cli::Messages& messages) {
  for (const std::string& key : matcher.unmatched())
    messages.warning(fmt::format("{}: no match in {}", key, reference));
  if (matched == 0) throw Error(reference, "contains no match for any record");
}

// All statistics of token strings, in one pass over them.
void report_records(const StatsOptions& options, cli::Context& context, Report& report) {
  cli::Messages& messages = context.messages;
  stats::ReductionComparison reduction;
  stats::PairComparison pairs;
  cli::CommonHeader pairs_header;
  if (!options.against.empty()) {
    read_references(options.against, options, messages,
                    [&](const tokens::Record& record) { reduction.add_reference(record); });
  }
  if (!options.pairs.empty()) {
    pairs_header = read_references(options.pairs, options, messages,
                                   [&](const tokens::Record& r) { pairs.add_reference(r); });
  }
  std::function<std::string(std::string_view)> group_of;
  if (!options.by.empty()) group_of = stats::parse_grouping(options.by);

  // Distances between strings of different models are meaningless; token savings are not.
  cli::RecordInputs inputs(options.files, input_format(options),
                           "give files of token strings, or pipe them in", messages, pairs_header);
  cli::Progress progress("pa-stats", 0, context.options.progress);
  stats::Summariser summariser;
  std::map<std::string, stats::StringTotals> groups;
  tokens::Record record;
  for (std::uint64_t done = 0; inputs.next(record);) {
    summariser.add(record);
    if (group_of) groups[group_of(record.key)].add(record);
    if (!options.against.empty()) reduction.add(record);
    if (!options.pairs.empty()) pairs.add(record);
    progress.update(++done, "records");
  }
  progress.finish();

  const stats::Summary summary = summariser.summary(inputs.common().header());
  report.add("", stats::to_text(summary), "summary", stats::to_json(summary),
             stats::to_figure(summary));
  if (group_of) {
    report_groups(stats::group_table(groups, summary), "by group", options.by, messages, report);
  }
  if (!options.against.empty()) {
    name_unmatched(reduction, options.against, reduction.records().size(), messages);
    report.add("against " + options.against,
               stats::to_text(reduction, context.options.verbosity > 0), "against",
               stats::to_json(reduction), stats::to_figure(reduction, options.against));
  }
  if (!options.pairs.empty()) {
    name_unmatched(pairs, options.pairs, pairs.measures().size(), messages);
    report.add("pairs with " + options.pairs, stats::to_text(pairs), "pairs", stats::to_json(pairs),
               stats::to_figure(pairs, options.pairs));
  }
}

stats::RetrievalMetrics retrieval_metrics(const StatsOptions& options,
                                          const std::vector<std::string>& runs) {
  stats::RetrievalEvaluation evaluation(options.retrieval);
  evaluation.read_qrels(options.qrels);
  for (const std::string& run : runs)
    evaluation.read_run(run);
  stats::RetrievalMetrics metrics = evaluation.metrics();
  if (metrics.queries == 0) throw Error(options.qrels, "no query with a relevant document");
  return metrics;
}

void report_retrieval(const StatsOptions& options, cli::Context& context, Report& report) {
  std::vector<std::string> runs = options.files;
  if (runs.empty()) {
    cli::require_piped_stdin("give a run, or pipe one in");
    runs = {"-"};
  }
  const stats::RetrievalMetrics metrics = retrieval_metrics(options, runs);
  report.add("", stats::to_text(metrics, context.options.verbosity > 0), "retrieval",
             stats::to_json(metrics), stats::to_figure(metrics));
  if (options.against.empty()) return;
  const stats::RunDifference difference = stats::compare_runs(
      metrics, retrieval_metrics(options, {options.against}),
      options.terms.empty() ? stats::Terms() : stats::read_terms(options.terms));
  report.add("against " + options.against, stats::to_text(difference), "difference",
             stats::to_json(difference));
}

void report_training(const StatsOptions& options, cli::Context& context, Report& report) {
  const stats::TrainingHistory history = stats::read_training_history(
      options.log, [&](const Error& error) { context.messages.failure(error); });
  report.add("", stats::to_text(history, context.options.verbosity > 0), "training",
             stats::to_json(history), stats::to_figure(history));
}

cli::ExitStatus measure(const StatsOptions& options, cli::Context& context) {
  check_usage(options);
  Report report;
  cli::ExitStatus status = cli::kDone;
  if (!options.qrels.empty()) {
    report_retrieval(options, context, report);
  } else if (!options.log.empty()) {
    report_training(options, context, report);
  } else if (inputs_are_audio(options)) {
    cli::refuse(!options.against.empty() || !options.pairs.empty(),
                "--against and --pairs compare token strings, but audio is given");
    status = report_audio(options, context, report);
  } else {
    cli::refuse(options.quick || options.flag || !options.limits.empty(),
                "--quick, --flag and --limit apply to audio, but token strings are given");
    cli::refuse(options.format == "tsv" || options.format == "jsonl",
                "--format tsv and jsonl apply to audio, but token strings are given");
    report_records(options, context, report);
  }
  context.out.write(report.in_format(options.format));
  return status;
}

}  // namespace
}  // namespace pairalign

int pairalign::cli::tool_main(int argc, char** argv) {
  StatsOptions options;
  return cli::run(
      argc, argv, stats_tool(), [&](CLI::App& app) { add_options(app, options); },
      [&](cli::Context& context) { return measure(options, context); });
}

// pa-stats: statistics of audio and of token strings, similarity of two streams, retrieval metrics,
// training curves.
#include <algorithm>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "audio.hpp"
#include "cli/program.hpp"
#include "cli/progress.hpp"
#include "cli/record_inputs.hpp"
#include "inputs.hpp"
#include "options.hpp"
#include "stats/groups.hpp"
#include "stats/pairs.hpp"
#include "stats/report.hpp"
#include "stats/retrieval.hpp"
#include "stats/summary.hpp"
#include "stats/training_history.hpp"
#include "tokens/reader.hpp"

namespace pairalign {
namespace {

// The sections of the report, in the format asked for.
class Report {
 public:
  /// Text sections follow their heading; the first needs none, and its title is that of the figure.
  void add(const std::string& heading, const std::string& text, const std::string& name,
           stats::Json json, stats::Figure figure = {}) {
    if (!text_.empty()) text_ += '\n' + heading + '\n';
    text_ += text;
    members_[name] = std::move(json);
    if (figure_.title.empty()) {
      figure_.title = figure.title;
      figure_.subtitle = figure.subtitle;
    }
    std::move(figure.panels.begin(), figure.panels.end(), std::back_inserter(figure_.panels));
  }

  std::string in_format(const std::string& format) const {
    if (format == "json") return stats::dump(members_);
    return format == "svg" ? stats::to_svg(figure_) : text_;
  }

 private:
  std::string text_;
  stats::Json members_;
  stats::Figure figure_;
};

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

void name_unmatched(const std::vector<std::string>& keys, const std::string& reference,
                    std::size_t matched, cli::Messages& messages) {
  for (const std::string& key : keys)
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
    warn_if_ungrouped(groups, options.by, messages);
    const stats::GroupTable table = stats::group_table(groups, summary);
    report.add("by group", stats::to_text(table), "groups", stats::to_json(table));
  }
  if (!options.against.empty()) {
    const stats::ReductionSummary result = reduction.summary();
    name_unmatched(result.unmatched, options.against, result.keys.size(), messages);
    report.add("against " + options.against, stats::to_text(result, context.options.verbosity > 0),
               "against", stats::to_json(result), stats::to_figure(result, options.against));
  }
  if (!options.pairs.empty()) {
    const stats::PairSummary result = pairs.summary();
    name_unmatched(result.unmatched, options.pairs, result.measures.size(), messages);
    report.add("pairs with " + options.pairs, stats::to_text(result), "pairs",
               stats::to_json(result), stats::to_figure(result, options.pairs));
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
  if (!options.qrels.empty()) {
    report_retrieval(options, context, report);
  } else if (!options.log.empty()) {
    report_training(options, context, report);
  } else if (inputs_are_audio(options)) {
    check_usage_of_audio(options);
    return report_audio(options, context);
  } else {
    check_usage_of_records(options);
    report_records(options, context, report);
  }
  context.out.write(report.in_format(options.format));
  return cli::kDone;
}

}  // namespace
}  // namespace pairalign

int pairalign::cli::tool_main(int argc, char** argv) {
  StatsOptions options;
  return cli::run(
      argc, argv, stats_tool(), [&](CLI::App& app) { add_options(app, options); },
      [&](cli::Context& context) { return measure(options, context); });
}

// pa-stats: statistics of audio and of token strings, similarity of two streams, retrieval metrics,
// training curves.
#include <cstdint>
#include <functional>
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
#include "stats/bootstrap.hpp"
#include "stats/grouping.hpp"
#include "stats/pairs.hpp"
#include "stats/report.hpp"
#include "stats/retrieval.hpp"
#include "stats/string_groups.hpp"
#include "stats/summary.hpp"
#include "stats/training_history.hpp"
#include "tokens/reader.hpp"

namespace pairalign {
namespace {

// The sections of the report, in the format asked for.
class Report {
 public:
  explicit Report(const std::string& format) : format_(format) {}

  /// Text sections follow their heading; the first needs none.
  void add_text(const std::string& heading, const std::string& text) {
    if (!text_.empty()) text_ += '\n' + heading + '\n';
    text_ += text;
  }
  void add_json(const std::string& name, stats::Json json) { members_[name] = std::move(json); }
  /// The title of the first section is that of the figure.
  void add_title(const std::string& title, const std::string& subtitle) {
    figure_.title = title;
    figure_.subtitle = subtitle;
  }
  void add_panels(std::vector<stats::Panel> panels) {
    for (stats::Panel& panel : panels)
      figure_.panels.push_back(std::move(panel));
  }

  std::string text() const {
    if (format_ == "json") return stats::dump(members_);
    return format_ == "svg" ? stats::to_svg(figure_) : text_;
  }

 private:
  std::string format_;
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
    messages.warning(fmt::format("{}: no partner in {}", key, reference));
  if (matched == 0) throw Error(reference, "holds no partner of any record");
}

// All statistics of token strings, in one pass over them.
class RecordStatistics {
 public:
  RecordStatistics(const StatsOptions& options, cli::Context& context)
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
    if (!options_.by.empty()) group_of_ = stats::parse_grouping(options_.by);
    // Distances between strings of different models are meaningless; token savings are not.
    cli::RecordInputs inputs(options_.files, input_format(options_),
                             "give files of token strings, or pipe them in", context_.messages,
                             pairs_header_);
    cli::Progress progress("pa-stats", 0, context_.options.progress);
    tokens::Record record;
    for (std::uint64_t done = 0; inputs.next(record);) {
      summariser_.add(record);
      if (group_of_) groups_.add(group_of_(record.key), record);
      if (!options_.against.empty()) reduction_.add(record);
      if (!options_.pairs.empty()) pairs_.add(record);
      progress.update(++done, "records");
    }
    progress.finish();
    header_ = inputs.common().header();
  }

  void report(Report& report) {
    cli::Messages& messages = context_.messages;
    const stats::Summary summary = summariser_.summary(header_);
    report.add_text("", stats::to_text(summary));
    report.add_json("summary", stats::to_json(summary));
    report.add_title(stats::title(summary), stats::subtitle(summary));
    report.add_panels(stats::panels(summary));
    if (group_of_) {
      const stats::GroupTable table = groups_.table();
      report.add_text("by group", stats::to_text(table));
      report.add_json("groups", stats::to_json(table));
    }
    if (!options_.against.empty()) {
      const stats::ReductionSummary result = reduction_.summary();
      name_unmatched(result.unmatched, options_.against, result.keys.size(), messages);
      report.add_text("against " + options_.against,
                      stats::to_text(result, context_.options.verbosity > 0));
      report.add_json("against", stats::to_json(result));
      report.add_panels(stats::panels(result, options_.against));
    }
    if (!options_.pairs.empty()) {
      const stats::PairSummary result = pairs_.summary();
      name_unmatched(result.unmatched, options_.pairs, result.pairs, messages);
      report.add_text("pairs with " + options_.pairs, stats::to_text(result));
      report.add_json("pairs", stats::to_json(result));
      report.add_panels(stats::panels(result, options_.pairs));
    }
  }

 private:
  const StatsOptions& options_;
  cli::Context& context_;
  stats::Summariser summariser_;
  stats::ReductionComparison reduction_;
  stats::PairComparison pairs_;
  std::function<std::string(std::string_view)> group_of_;  // empty: no groups
  stats::StringGroups groups_;
  tokens::Header header_;
  cli::CommonHeader pairs_header_;
};

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
  report.add_text("", stats::to_text(metrics, context.options.verbosity > 0));
  report.add_json("retrieval", stats::to_json(metrics));
  report.add_title(stats::title(metrics), stats::subtitle(metrics));
  report.add_panels(stats::panels(metrics));
  if (options.against.empty()) return;
  const stats::RunDifference difference = stats::compare_runs(
      metrics, retrieval_metrics(options, {options.against}),
      options.terms.empty() ? stats::Terms() : stats::read_terms(options.terms));
  report.add_text("against " + options.against, stats::to_text(difference));
  report.add_json("difference", stats::to_json(difference));
}

void report_training(const StatsOptions& options, cli::Context& context, Report& report) {
  const stats::TrainingHistory history = stats::read_training_history(
      options.log, [&](const Error& error) { context.messages.failure(error); });
  report.add_text("", stats::to_text(history, context.options.verbosity > 0));
  report.add_json("training", stats::to_json(history));
  report.add_title(stats::title(history), stats::subtitle(history));
  report.add_panels(stats::panels(history));
}

void report_records(const StatsOptions& options, cli::Context& context, Report& report) {
  RecordStatistics statistics(options, context);
  statistics.read_references_of_all();
  statistics.read_records();
  statistics.report(report);
}

cli::ExitStatus measure(const StatsOptions& options, cli::Context& context) {
  check_usage(options);
  Report report(options.format);
  if (!options.qrels.empty()) {
    report_retrieval(options, context, report);
  } else if (!options.log.empty()) {
    report_training(options, context, report);
  } else if (kind_of_input(options) == StatsInput::audio) {
    check_usage_of_audio(options);
    return report_audio(options, context);
  } else {
    check_usage_of_records(options);
    report_records(options, context, report);
  }
  context.out.write(report.text());
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

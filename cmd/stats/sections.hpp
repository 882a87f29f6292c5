// What pa-stats reports, in parts.
#pragma once

#include <iterator>
#include <string>
#include <utility>

#include "cli/program.hpp"
#include "options.hpp"
#include "stats/groups.hpp"
#include "stats/report.hpp"

namespace pairalign {

/// The sections of the report, in the format asked for: text, json or svg.
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
    if (format == "svg") return stats::to_svg(figure_);
    return format == "text" ? text_ : "";
  }

 private:
  std::string text_;
  stats::Json members_;
  stats::Figure figure_;
};

/// Adds groups to the report. Warns if --by puts no recording into one, as when a misspelt file
/// passes for an expression.
inline void report_groups(const stats::GroupTable& table, const std::string& heading,
                          const std::string& by, cli::Messages& messages, Report& report) {
  if (table.rows.size() == 1 && table.rows[0].group == stats::kUngrouped)
    messages.warning("--by " + by + " puts no recording into a group");
  report.add(heading, stats::to_text(table), "groups", stats::to_json(table));
}

/// Whether the inputs are audio, judged by folders, names and first bytes, without consuming any
/// from a pipe. Throws cli::UsageError for a mixture of audio and token strings.
bool inputs_are_audio(const StatsOptions& options);

/// Measures the recordings that `options` names, and prints or reports what it asks for.
cli::ExitStatus report_audio(const StatsOptions& options, cli::Context& context, Report& report);

}  // namespace pairalign

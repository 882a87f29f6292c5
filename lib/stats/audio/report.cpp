#include "stats/audio/report.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "stats/quantiles.hpp"
#include "tokens/record.hpp"
#include "tokens/text.hpp"

namespace pairalign::stats {
namespace {

// A fault message may contain bytes from the file.
std::string field(const std::string& text) {
  return tokens::escape_key(text);
}

std::string kind_of(const SourceInfo& source) {
  if (source.sample_rate == 0) return "unknown";
  const std::string channels = source.channels == 1   ? "mono"
                               : source.channels == 2 ? "stereo"
                                                      : fmt::format("{} channels", source.channels);
  const std::string codec = source.codec == source.container ? "" : " " + source.codec;
  const std::string bits =
      source.bits > 0 && source.container == "flac" ? fmt::format(" {} bit", source.bits) : "";
  return fmt::format("{}{}{}, {} Hz, {}", source.container, codec, bits, source.sample_rate,
                     channels);
}

// Passes each figure that has values, with its place, to `take`.
template <class Take>
void for_each_distribution(const AudioSummary& summary, Take take) {
  for (std::size_t i = 0; i < summary.values.size(); ++i) {
    if (!summary.values[i].empty()) take(audio_figures()[i], i);
  }
}

std::string name_with_unit(const AudioFigure& figure) {
  return fmt::format("{} ({})", figure.name, figure.unit);
}

}  // namespace

std::string tsv_header(bool grouped) {
  std::string text = grouped ? "path\tgroup" : "path";
  for (const AudioFigure& figure : audio_figures())
    text += '\t' + std::string(figure.name);
  return text + "\tflags\n";
}

std::string tsv_line(const MeasuredAudio& recording, bool grouped) {
  std::string text = field(recording.path);
  if (grouped) text += '\t' + field(recording.group);
  for (const AudioFigure& figure : audio_figures())
    text += '\t' + field(to_text(figure, recording.figures));
  std::string flags;
  for (const Finding& finding : recording.findings)
    flags += (flags.empty() ? "" : ",") + finding.check;
  return text + '\t' + flags + '\n';
}

std::string json_line(const MeasuredAudio& recording, bool grouped) {
  const std::string& path = recording.path;
  Json json = {{"path", path}};
  if (tokens::valid_utf8(path) != path) {
    json["path_bytes"] = std::vector<unsigned char>(path.begin(), path.end());
  }
  if (grouped) json["group"] = recording.group;
  for (const AudioFigure& figure : audio_figures()) {
    // With the same digits as in the tables: more would only be noise.
    const std::string text = to_text(figure, recording.figures);
    json[figure.name] = text.empty()             ? Json()
                        : figure.text != nullptr ? Json(text)
                                                 : Json::parse(text);
  }
  json["flags"] = Json::array();
  for (const Finding& finding : recording.findings) {
    // The value of `damaged` and `remark` is text, without a limit; others are numbers, as printed.
    const bool number = finding.check != kDamaged && finding.check != kRemark;
    json["flags"].push_back({{"check", finding.check},
                             {"value", number ? Json::parse(finding.value) : Json(finding.value)},
                             {"limit", number ? Json::parse(finding.limit) : Json(nullptr)},
                             {"unit", finding.unit}});
  }
  return dump(json);
}

std::string finding_lines(const MeasuredAudio& recording) {
  std::string text;
  for (const Finding& finding : recording.findings) {
    fmt::format_to(std::back_inserter(text), "{}\t{}\t{}\t{}\n", field(recording.path),
                   finding.check, field(finding.value), finding.limit);
  }
  return text;
}

Distribution distribution(std::vector<float> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  return {values.size(),  values.front(),         quantile(values, 0.05),
          median(values), quantile(values, 0.95), values.back()};
}

void AudioSummary::add(const AudioFigures& figures, const std::vector<Finding>& found) {
  ++recordings;
  faulty += !figures.fault.empty();
  seconds += figures.seconds.value_or(0);
  unknown_length += !figures.seconds && figures.fault.empty();
  bytes += static_cast<double>(figures.source.bytes);
  auto& kind = kinds[kind_of(figures.source)];
  ++kind.first;
  kind.second += figures.seconds.value_or(0);
  for (const Finding& finding : found)
    ++findings[finding.check];
  flagged += !found.empty();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const AudioFigure& figure = audio_figures()[i];
    if (!figure.distributed) continue;
    if (const auto value = figure.value(figures)) values[i].push_back(static_cast<float>(*value));
  }
}

std::string to_text(const AudioSummary& s, const Checks& checks) {
  std::string text;
  const auto out = std::back_inserter(text);
  fmt::format_to(out, "{:<24}{}\n", "recordings", s.recordings);
  fmt::format_to(out, "{:<24}{:.4f}\n", "hours", s.seconds / 3600);
  if (s.unknown_length > 0)
    fmt::format_to(out, "{:<24}{}\n", "of unknown length", s.unknown_length);
  fmt::format_to(out, "{:<24}{:.1f}\n", "MB", s.bytes / 1e6);
  fmt::format_to(out, "{:<24}{}\n", "damaged", s.faulty);
  fmt::format_to(out, "{:<24}{}\n", "flagged", s.flagged);
  text += "\nkinds of files\n";
  for (const auto& [kind, count] : s.kinds)
    fmt::format_to(out, "{:>9}  {:>10.4f} h  {}\n", count.first, count.second / 3600, kind);
  if (s.recordings > 0) {
    fmt::format_to(out, "\n{:<20}{:>10}{:>10}{:>10}{:>10}{:>10}\n", "", "min", "5 %", "median",
                   "95 %", "max");
  }
  for_each_distribution(s, [&](const AudioFigure& figure, std::size_t i) {
    const Distribution d = distribution(s.values[i]);
    fmt::format_to(out, "{:<20}", name_with_unit(figure));
    for (const double value : {d.min, d.p5, d.median, d.p95, d.max})
      fmt::format_to(out, "{:>10.{}f}", value, figure.decimals);
    text += '\n';
  });
  if (s.findings.empty()) return text;
  text += "\nflagged: --flag lists them\n";
  const auto found = [&](const std::string& name, const std::string& what) {
    const auto count = s.findings.find(name);
    if (count == s.findings.end()) return;
    fmt::format_to(out, "{:>9}  {:<14}{}\n", count->second, name, what);
  };
  found(kDamaged, "cannot be read, or only in part");
  found(kRemark, "something in it was skipped or corrected");
  for (const Check& check : checks.table()) {
    if (check.limit) found(check.name, limit_text(check));
  }
  return text;
}

Json to_json(const AudioSummary& s, const Checks& checks) {
  Json json = {{"recordings", s.recordings},
               {"seconds", s.seconds},
               {"unknown_length", s.unknown_length},
               {"bytes", static_cast<std::int64_t>(s.bytes)},
               {"damaged", s.faulty},
               {"flagged", s.flagged},
               {"kinds", Json::array()},
               {"figures", Json::object()},
               {"checks", Json::array()}};
  for (const auto& [kind, count] : s.kinds) {
    json["kinds"].push_back(
        {{"kind", kind}, {"recordings", count.first}, {"seconds", count.second}});
  }
  for_each_distribution(s, [&](const AudioFigure& figure, std::size_t i) {
    const Distribution d = distribution(s.values[i]);
    json["figures"][figure.name] = {{"unit", figure.unit}, {"count", d.count},   {"min", d.min},
                                    {"p5", d.p5},          {"median", d.median}, {"p95", d.p95},
                                    {"max", d.max}};
  });
  for (const Check& check : checks.table()) {
    const auto count = s.findings.find(check.name);
    json["checks"].push_back({{"check", check.name},
                              {"unit", check.unit},
                              {"flags", check.above ? "above" : "below"},
                              {"limit", optional_json(check.limit)},
                              {"recordings", count == s.findings.end() ? 0 : count->second}});
  }
  return json;
}

Figure to_figure(const AudioSummary& s) {
  Figure figure{fmt::format("{} recording{}, {:.2f} h", grouped_digits(s.recordings),
                            s.recordings == 1 ? "" : "s", s.seconds / 3600),
                "",
                {}};
  for (const auto& [kind, count] : s.kinds) {
    figure.subtitle +=
        fmt::format("{}{} {}", figure.subtitle.empty() ? "" : "; ", count.first, kind);
  }
  for_each_distribution(s, [&](const AudioFigure& shown, std::size_t i) {
    figure.panels.push_back(histogram(shown.name, name_with_unit(shown), "recordings",
                                      {s.values[i].begin(), s.values[i].end()}, 0));
  });
  return figure;
}

GroupTable group_table(const std::map<std::string, AudioSummary>& groups,
                       const AudioSummary& total) {
  GroupTable table;
  table.columns = {{"recordings", 0, false}, {"hours", 4, false}, {"flagged", 0, false}};
  // A figure that no recording has, as with --quick, gets no column.
  for_each_distribution(total, [&](const AudioFigure& figure, std::size_t) {
    table.columns.push_back({figure.name, figure.decimals});
  });
  const auto row = [&](const std::string& name, const AudioSummary& s) {
    GroupTable::Row result{
        name,
        {static_cast<double>(s.recordings), s.seconds / 3600, static_cast<double>(s.flagged)}};
    for_each_distribution(total, [&](const AudioFigure&, std::size_t i) {
      if (s.values[i].empty()) {
        result.values.emplace_back();
      } else {
        result.values.emplace_back(distribution(s.values[i]).median);
      }
    });
    return result;
  };
  for (const auto& [name, summary] : groups)
    table.rows.push_back(row(name, summary));
  table.total = row("all", total);
  return table;
}

}  // namespace pairalign::stats

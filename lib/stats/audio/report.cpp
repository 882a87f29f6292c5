#include "stats/audio/report.hpp"

#include <iterator>

#include <fmt/format.h>

#include "tokens/record.hpp"

namespace pairalign::stats {
namespace {

// A fault message may contain bytes from the file.
std::string field(const std::string& text) {
  return tokens::escape_key(text);
}

std::string flags_of(const MeasuredAudio& recording) {
  std::string flags;
  for (const Finding& finding : recording.findings)
    flags += (flags.empty() ? "" : ",") + finding.check;
  return flags;
}

Json value_json(const AudioFigure& figure, const AudioFigures& figures) {
  if (figure.text != nullptr) {
    const std::string& text = *figure.text(figures);
    return text.empty() ? Json(nullptr) : Json(text);
  }
  // With the same digits as in the tables: more would only be noise.
  const std::string text = to_text(figure, figures);
  return text.empty() ? Json(nullptr) : Json::parse(text);
}

bool is_utf8(const std::string& text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::ignore) ==
         Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

template <class Take>
void for_each_distribution(const AudioSummary& summary, Take take) {
  std::size_t i = 0;
  for (const AudioFigure& figure : audio_figures()) {
    if (!figure.distributed) continue;
    if (i < summary.values.size() && !summary.values[i].empty()) take(figure, summary.values[i]);
    ++i;
  }
}

std::string grouped_digits(double count) {
  std::string digits = fmt::format("{:.0f}", count);
  for (std::size_t i = digits.size(); i > 3; i -= 3)
    digits.insert(i - 3, ",");
  return digits;
}

}  // namespace

std::string tsv_header(bool grouped) {
  std::string text = grouped ? "path\tgroup" : "path";
  for (const AudioFigure& figure : audio_figures())
    text += '\t' + std::string(figure.name);
  return text + "\tflags\n";
}

void append_tsv(const MeasuredAudio& recording, bool grouped, std::string& text) {
  text += field(recording.path);
  if (grouped) text += '\t' + field(recording.group);
  for (const AudioFigure& figure : audio_figures())
    text += '\t' + field(to_text(figure, recording.figures));
  text += '\t' + flags_of(recording) + '\n';
}

void append_json_line(const MeasuredAudio& recording, bool grouped, std::string& text) {
  Json json;
  json["path"] = recording.path;
  if (!is_utf8(recording.path)) {
    json["path_bytes"] = Json::array();
    for (const char c : recording.path)
      json["path_bytes"].push_back(static_cast<unsigned char>(c));
  }
  if (grouped) json["group"] = recording.group;
  for (const AudioFigure& figure : audio_figures())
    json[figure.name] = value_json(figure, recording.figures);
  json["flags"] = Json::array();
  for (const Finding& finding : recording.findings) {
    // The value of `damaged` is a reason, without a limit; all others are numbers, as printed.
    const bool number = finding.check != kDamaged;
    json["flags"].push_back({{"check", finding.check},
                             {"value", number ? Json::parse(finding.value) : Json(finding.value)},
                             {"limit", number ? Json::parse(finding.limit) : Json(nullptr)},
                             {"unit", finding.unit}});
  }
  text += dump(json);
}

void append_findings(const MeasuredAudio& recording, std::string& text) {
  const std::string path = field(recording.path);
  for (const Finding& finding : recording.findings) {
    fmt::format_to(std::back_inserter(text), "{}\t{}\t{}\t{}\n", path, finding.check,
                   field(finding.value), finding.limit);
  }
}

std::string to_text(const AudioSummary& s, const Checks& checks) {
  std::string text;
  const auto out = std::back_inserter(text);
  fmt::format_to(out, "{:<24}{}\n", "recordings", s.recordings);
  fmt::format_to(out, "{:<24}{:.4f}\n", "hours", s.seconds / 3600);
  fmt::format_to(out, "{:<24}{:.1f}\n", "MB", s.bytes / 1e6);
  fmt::format_to(out, "{:<24}{}\n", "damaged", s.faulty);
  fmt::format_to(out, "{:<24}{}\n", "flagged", s.flagged);
  text += "\nkinds of files\n";
  for (const auto& [kind, count] : s.kinds)
    fmt::format_to(out, "{:>9}  {:>10.4f} h  {}\n", count.first, count.second / 3600, kind);
  if (!s.values.empty()) {
    fmt::format_to(out, "\n{:<20}{:>10}{:>10}{:>10}{:>10}{:>10}\n", "", "min", "5 %", "median",
                   "95 %", "max");
  }
  for_each_distribution(s, [&](const AudioFigure& figure, const std::vector<float>& values) {
    const Distribution d = distribution(values);
    const std::string name = fmt::format("{} ({})", figure.name, figure.unit);
    fmt::format_to(out, "{:<20}", name);
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
  found(kDamaged, "cannot be read, or not to the end");
  for (const Check& check : checks.table()) {
    if (!check.limit) continue;
    found(check.name,
          fmt::format("{} {:.10g} {}", check.above ? "above" : "below", *check.limit, check.unit));
  }
  return text;
}

Json to_json(const AudioSummary& s, const Checks& checks) {
  Json json;
  json["recordings"] = s.recordings;
  json["seconds"] = s.seconds;
  json["bytes"] = static_cast<std::int64_t>(s.bytes);
  json["damaged"] = s.faulty;
  json["flagged"] = s.flagged;
  json["kinds"] = Json::array();
  for (const auto& [kind, count] : s.kinds)
    json["kinds"].push_back(
        {{"kind", kind}, {"recordings", count.first}, {"seconds", count.second}});
  json["figures"] = Json::object();
  for_each_distribution(s, [&](const AudioFigure& figure, const std::vector<float>& values) {
    const Distribution d = distribution(values);
    json["figures"][figure.name] = {{"unit", figure.unit}, {"count", d.count},   {"min", d.min},
                                    {"p5", d.p5},          {"median", d.median}, {"p95", d.p95},
                                    {"max", d.max}};
  });
  json["checks"] = Json::array();
  for (const Check& check : checks.table()) {
    const auto count = s.findings.find(check.name);
    json["checks"].push_back({{"check", check.name},
                              {"unit", check.unit},
                              {"flags", check.above ? "above" : "below"},
                              {"limit", check.limit ? Json(*check.limit) : Json(nullptr)},
                              {"recordings", count == s.findings.end() ? 0 : count->second}});
  }
  return json;
}

std::vector<Panel> panels(const AudioSummary& summary) {
  std::vector<Panel> panels;
  for_each_distribution(summary, [&](const AudioFigure& figure, const std::vector<float>& values) {
    std::vector<Weighted> weighted;
    for (const float value : values)
      weighted.push_back({value, 1});
    panels.push_back(histogram(figure.name, fmt::format("{} ({})", figure.name, figure.unit),
                               "recordings", std::move(weighted), 0));
  });
  return panels;
}

std::string title(const AudioSummary& s) {
  return fmt::format("{} recording{}, {:.2f} h", grouped_digits(static_cast<double>(s.recordings)),
                     s.recordings == 1 ? "" : "s", s.seconds / 3600);
}

std::string subtitle(const AudioSummary& s) {
  std::string text;
  for (const auto& [kind, count] : s.kinds)
    text += fmt::format("{}{} {}", text.empty() ? "" : "; ", count.first, kind);
  return text;
}

}  // namespace pairalign::stats

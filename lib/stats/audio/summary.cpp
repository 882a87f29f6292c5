#include "stats/audio/summary.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace pairalign::stats {
namespace {

std::vector<const AudioFigure*> distributed_figures() {
  std::vector<const AudioFigure*> figures;
  for (const AudioFigure& figure : audio_figures()) {
    if (figure.distributed) figures.push_back(&figure);
  }
  return figures;
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

// Quantile of sorted values, without interpolation.
float quantile(const std::vector<float>& sorted, double share) {
  return sorted[static_cast<std::size_t>(
      std::lround(share * static_cast<double>(sorted.size() - 1)))];
}

}  // namespace

Distribution distribution(std::vector<float> values) {
  Distribution result;
  result.count = values.size();
  if (values.empty()) return result;
  std::sort(values.begin(), values.end());
  result.min = values.front();
  result.p5 = quantile(values, 0.05);
  result.median = quantile(values, 0.5);
  result.p95 = quantile(values, 0.95);
  result.max = values.back();
  return result;
}

void AudioSummary::add(const AudioFigures& figures, const std::vector<Finding>& found) {
  ++recordings;
  faulty += !figures.fault.empty();
  seconds += figures.seconds.value_or(0);
  bytes += static_cast<double>(figures.source.bytes);
  auto& kind = kinds[kind_of(figures.source)];
  ++kind.first;
  kind.second += figures.seconds.value_or(0);
  for (const Finding& finding : found)
    ++findings[finding.check];
  flagged += !found.empty();
  const std::vector<const AudioFigure*> distributed = distributed_figures();
  values.resize(distributed.size());
  for (std::size_t i = 0; i < distributed.size(); ++i) {
    const std::optional<double> value = distributed[i]->value(figures);
    if (value) values[i].push_back(static_cast<float>(*value));
  }
}

GroupTable group_table(const std::map<std::string, AudioSummary>& groups,
                       const AudioSummary& total) {
  const std::vector<const AudioFigure*> distributed = distributed_figures();
  GroupTable table;
  table.columns = {{"recordings", 0, false}, {"hours", 4, false}, {"flagged", 0, false}};
  // A figure that no recording has, as with --quick, gets no column.
  std::vector<std::size_t> shown;
  for (std::size_t i = 0; i < distributed.size(); ++i) {
    if (i >= total.values.size() || total.values[i].empty()) continue;
    shown.push_back(i);
    table.columns.push_back({distributed[i]->name, distributed[i]->decimals});
  }
  const auto row = [&](const std::string& name, const AudioSummary& summary) {
    GroupTable::Row result{name,
                           {static_cast<double>(summary.recordings), summary.seconds / 3600,
                            static_cast<double>(summary.flagged)}};
    for (const std::size_t i : shown) {
      const bool none = i >= summary.values.size() || summary.values[i].empty();
      result.values.push_back(none ? std::nullopt
                                   : std::optional<double>(distribution(summary.values[i]).median));
    }
    return result;
  };
  for (const auto& [name, summary] : groups)
    table.rows.push_back(row(name, summary));
  table.total = row("all", total);
  return table;
}

}  // namespace pairalign::stats

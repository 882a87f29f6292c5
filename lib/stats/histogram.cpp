#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "stats/plot.hpp"

namespace pairalign::stats {
namespace {

constexpr std::size_t kBins = 30;
constexpr std::size_t kFewBars = 6;
// The tail that may be cut off: this share of the values, if it would more than triple the axis.
constexpr double kTailShare = 0.005;
constexpr double kTailStretch = 3;
constexpr double kRounding = 1e-9;

double sum_of_weights(const std::vector<Weighted>& values) {
  double sum = 0;
  for (const Weighted& v : values)
    sum += v.weight;
  return sum;
}

// Cuts the tail off the sorted `values`; returns the note about it for the title.
std::string cut_tail(std::vector<Weighted>& values) {
  const double most = kTailShare * sum_of_weights(values);
  const double low = values.front().value;
  const double high = values.back().value;
  double weight = 0;
  std::size_t kept = values.size();
  while (kept > 1 && weight + values[kept - 1].weight <= most)
    weight += values[--kept].weight;
  const double range = values[kept - 1].value - low;
  if (weight == 0 || high - low <= kTailStretch * range) return {};
  values.resize(kept);
  return fmt::format(" ({} more up to {})", short_number(weight), short_number(high));
}

std::vector<Bar> bars_of(const std::vector<Weighted>& values, double high, double width) {
  const double first = std::floor(values.front().value / width + kRounding);
  const double last = std::max(first, std::ceil(high / width - kRounding) - 1);
  std::vector<Bar> bars;
  for (int i = 0; i <= static_cast<int>(last - first); ++i)
    bars.push_back({(first + i) * width, (first + i + 1) * width, 0});
  for (const Weighted& v : values) {
    const double bin = std::min(std::floor(v.value / width + kRounding), last);
    bars[static_cast<std::size_t>(bin - first)].value += v.weight;
  }
  return bars;
}

// A few bars do not fill a panel: room is left at their sides, but not below 0 if no value is
// negative.
Axis x_axis(std::string label, const std::vector<Bar>& bars, double width, double unit) {
  const double room = bars.size() < kFewBars ? 2 * width : 0;
  const double low = bars.front().low;
  const double from = low >= 0 ? std::max(0.0, low - room) : low - room;
  return linear_axis(std::move(label), from, bars.back().high + room, unit);
}

}  // namespace

Panel histogram(std::string title, std::string x_label, std::string y_label,
                std::vector<Weighted> values, double unit) {
  Panel panel{
      std::move(title), linear_axis(x_label, 0, 1), linear_axis(y_label, 0, 1, 1), {}, {}, {}};
  if (values.empty()) return panel;
  std::sort(values.begin(), values.end(),
            [](const Weighted& a, const Weighted& b) { return a.value < b.value; });
  panel.title += cut_tail(values);
  const double low = values.front().value;
  const double high = values.back().value + unit;
  const double width = std::max(round_step(high > low ? high - low : 1, kBins), unit);
  panel.bars = bars_of(values, high, width);
  double highest = 0;
  for (const Bar& bar : panel.bars)
    highest = std::max(highest, bar.value);
  panel.x = x_axis(std::move(x_label), panel.bars, width, unit);
  panel.y = linear_axis(std::move(y_label), 0, highest, 1);
  return panel;
}

}  // namespace pairalign::stats

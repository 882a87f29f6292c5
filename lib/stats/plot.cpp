// Axes and histograms.
#include "stats/plot.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include <fmt/format.h>

namespace pairalign::stats {
namespace {

constexpr std::size_t kMaxSteps = 6;
constexpr int kMaxDecades = 8;
// Tolerance in steps: rounding of a quotient must not move a round end.
constexpr double kRounding = 1e-9;

constexpr std::size_t kBins = 30;
constexpr std::size_t kFewBars = 6;
// The tail that may be cut off: this share of the values, if it would more than triple the axis.
constexpr double kTailShare = 0.005;
constexpr double kTailStretch = 3;

std::string power_of_ten(int exponent) {
  if (exponent >= -3 && exponent < 15) return short_number(std::pow(10.0, exponent));
  return fmt::format("1e{}", exponent);
}

// Cuts the tail off the sorted `values`; returns the note about it for the title.
std::string cut_tail(std::vector<Weighted>& values) {
  const double sum = std::accumulate(values.begin(), values.end(), 0.0,
                                     [](double s, const Weighted& v) { return s + v.weight; });
  const double most = kTailShare * sum;
  const double low = values.front().value;
  const double high = values.back().value;
  double weight = 0;
  std::size_t kept = values.size();
  while (kept > 1 && weight + values[kept - 1].weight <= most)
    weight += values[--kept].weight;
  const double range = values[kept - 1].value - low;
  if (weight == 0 || high - low <= kTailStretch * range) return {};
  values.erase(values.begin() + static_cast<std::ptrdiff_t>(kept), values.end());
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

double round_step(double range, std::size_t most) {
  const double least = range / static_cast<double>(most);
  const double power = std::pow(10.0, std::floor(std::log10(least)));
  const double digit = least / power - kRounding;
  if (digit <= 1) return power;
  if (digit <= 2) return 2 * power;
  return (digit <= 5 ? 5 : 10) * power;
}

std::string short_number(double value) {
  constexpr std::pair<double, const char*> kUnits[] = {{1e12, "T"}, {1e9, "G"}, {1e6, "M"}};
  const double size = std::abs(value);
  if (size >= 1e15 || size < 1e5) return fmt::format("{:.6g}", value);
  for (const auto& [unit, letter] : kUnits) {
    if (size >= unit) return fmt::format("{:.4g}{}", value / unit, letter);
  }
  return fmt::format("{:.4g}k", value / 1e3);
}

std::string grouped_digits(std::uint64_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t i = digits.size(); i > 3; i -= 3)
    digits.insert(i - 3, ",");
  return digits;
}

Axis linear_axis(std::string label, double low, double high, double least_step) {
  if (!(high > low)) high = low + std::max(std::abs(low), 1.0);
  const double step = std::max(round_step(high - low, kMaxSteps), least_step);
  const double first = std::floor(low / step + kRounding);
  const double last = std::max(first + 1, std::ceil(high / step - kRounding));
  Axis axis{std::move(label), first * step, last * step, false, {}};
  // Counted from 0: adding 1 to a huge first value may not change it.
  for (int i = 0; i <= static_cast<int>(last - first); ++i)
    axis.ticks.push_back({(first + i) * step, short_number((first + i) * step)});
  return axis;
}

Axis logarithmic_axis(std::string label, double low, double high) {
  const int first = static_cast<int>(std::floor(std::log10(low)));
  const int last = std::max(first + 1, static_cast<int>(std::ceil(std::log10(high))));
  Axis axis{std::move(label), std::pow(10.0, first), std::pow(10.0, last), true, {}};
  const int stride = (last - first) / kMaxDecades + 1;
  for (int i = first; i <= last; i += stride)
    axis.ticks.push_back({std::pow(10.0, i), power_of_ten(i)});
  return axis;
}

Panel histogram(std::string title, std::string x_label, std::string y_label,
                std::vector<Weighted> values, double unit) {
  Panel panel{std::move(title), linear_axis(x_label, 0, 1), linear_axis(y_label, 0, 1, 1)};
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

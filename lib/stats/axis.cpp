#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "stats/plot.hpp"

namespace pairalign::stats {
namespace {

constexpr std::size_t kMaxSteps = 6;
constexpr int kMaxDecades = 8;
// Tolerance in steps: rounding of a quotient must not move a round end.
constexpr double kRounding = 1e-9;

std::string power_of_ten(int exponent) {
  if (exponent >= -3 && exponent < 15) return short_number(std::pow(10.0, exponent));
  return fmt::format("1e{}", exponent);
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

}  // namespace pairalign::stats

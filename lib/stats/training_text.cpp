// Training curves as text: one line per measure, with a curve of block characters.
#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <string_view>

#include <fmt/format.h>

#include "stats/report.hpp"

namespace pairalign::stats {
namespace {

constexpr std::size_t kCells = 40;
constexpr const char* kLevels[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr double kHighest = 7;

// The mean of the points in each of kCells parts of the stage; a part without a point has the value
// of the one before it, NaN before the first point. Ends with the last part that has a point.
std::vector<double> cells(const std::vector<Point>& points, double steps) {
  std::vector<double> sums(kCells, 0), counts(kCells, 0);
  for (const Point& p : points) {
    // The step at the very end belongs to the last part.
    const double place = std::clamp(std::ceil(p.x / steps * kCells) - 1, 0.0, kCells - 1.0);
    sums[static_cast<std::size_t>(place)] += p.y;
    counts[static_cast<std::size_t>(place)] += 1;
  }
  while (!counts.empty() && counts.back() == 0)
    counts.pop_back();
  std::vector<double> means(counts.size(), std::nan(""));
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] > 0)
      means[i] = sums[i] / counts[i];
    else if (i > 0)
      means[i] = means[i - 1];
  }
  return means;
}

std::string number(double value) {
  return fmt::format("{:.5g}", value);
}

// The main measures; the others are shown only in detailed output.
bool essential(const Curve& curve) {
  // clang-format off
  constexpr std::string_view kNames[] = {
      "loss", "positive", "end", "frame", "agreement", "accuracy", "token_rate", "learning_rate",
      "pairs_per_second", "codes_used", "edit_similarity", "reciprocal_rank", "tokens_per_second"};
  // clang-format on
  const bool named =
      std::find(std::begin(kNames), std::end(kNames), curve.name) != std::end(kNames);
  return named && (curve.tokenizer.empty() || curve.name != "codes_used");
}

void add_curves(const std::vector<Curve>& curves, double steps, bool detailed, std::string& text) {
  for (const Curve& curve : curves) {
    if (!detailed && !essential(curve)) continue;
    const std::string name =
        curve.tokenizer.empty() ? curve.name : curve.tokenizer + ' ' + curve.name;
    fmt::format_to(std::back_inserter(text), "  {:<28} {:>11} {:>11}  {}\n", name,
                   number(curve.points.front().y), number(curve.points.back().y),
                   spark_line(curve.points, steps));
  }
}

}  // namespace

std::string spark_line(const std::vector<Point>& points, double steps) {
  const std::vector<double> means = cells(points, steps);
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const double mean : means) {
    if (!std::isnan(mean)) low = std::min(low, mean), high = std::max(high, mean);
  }
  std::string line;
  for (const double mean : means) {
    const double part = high > low ? (mean - low) / (high - low) : 0.5;
    const auto level = static_cast<std::size_t>(std::isnan(mean) ? 0 : part * kHighest + 0.5);
    line += std::isnan(mean) ? " " : kLevels[level];
  }
  return line;
}

std::string to_text(const TrainingHistory& history, bool detailed) {
  std::string text;
  for (const StageHistory& stage : history.stages) {
    if (!text.empty()) text += '\n';
    text += describe(stage);
    if (!stage.model.empty()) text += ", model " + stage.model;
    text += '\n';
    if (stage.training.empty()) continue;
    fmt::format_to(std::back_inserter(text), "  {:<28} {:>11} {:>11}\n", "training", "first",
                   "last");
    add_curves(stage.training, expected_steps(stage), detailed, text);
    if (stage.validation.empty()) continue;
    text += "  validation\n";
    add_curves(stage.validation, expected_steps(stage), detailed, text);
  }
  return text;
}

}  // namespace pairalign::stats

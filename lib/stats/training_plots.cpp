// The panels of a training run: its stages side by side, all equally wide, since their numbers of
// steps differ greatly.
#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "stats/report.hpp"

namespace pairalign::stats {
namespace {

constexpr std::size_t kMaxPoints = 200;  // of a curve in a stage
constexpr std::size_t kMaxTicks = 10;    // of the x axis

// Which curves a panel shows. Names that are not in the log are skipped.
enum class Scale { fitted, from_zero, logarithmic };
struct View {
  const char* title;
  const char* y_label;
  Scale scale;
  std::vector<const char*> training;
  std::vector<const char*> validation;
};

std::vector<View> views() {
  return {{"Loss and its parts",
           "training loss (nats)",
           Scale::from_zero,
           {"loss", "positive", "end", "contrast", "frame"},
           {}},
          {"Agreement and accuracy in training",
           "share",
           Scale::fitted,
           {"agreement", "accuracy", "own_accuracy", "near_end", "contrast_correct"},
           {}},
          {"Validation: degraded strings against clean ones",
           "edit similarity",
           Scale::fitted,
           {},
           {"edit_similarity"}},
          {"Token rate", "tokens/s", Scale::from_zero, {"token_rate"}, {"tokens_per_second"}},
          {"Codes", "codes", Scale::from_zero, {"codes_used", "perplexity"}, {}},
          {"Learning rate", "learning rate", Scale::logarithmic, {"learning_rate"}, {}}};
}

// Means over neighbouring points, at most kMaxPoints of them.
std::vector<Point> thinned(const std::vector<Point>& points) {
  const std::size_t each = (points.size() + kMaxPoints - 1) / kMaxPoints;
  std::vector<Point> means;
  for (std::size_t begin = 0; begin < points.size(); begin += each) {
    const std::size_t end = std::min(points.size(), begin + each);
    Point sum{0, 0};
    for (std::size_t i = begin; i < end; ++i)
      sum.x += points[i].x, sum.y += points[i].y;
    const auto count = static_cast<double>(end - begin);
    means.push_back({sum.x / count, sum.y / count});
  }
  return means;
}

void add_lines(const std::vector<Curve>& curves, const std::vector<const char*>& names,
               bool validation, double place, double steps, std::vector<Line>& lines) {
  for (const char* name : names) {
    for (const Curve& curve : curves) {
      if (curve.name != name) continue;
      Line line{curve.tokenizer.empty() ? curve.name : curve.tokenizer, thinned(curve.points),
                validation};
      for (Point& p : line.points)
        p.x = place + std::clamp(p.x / steps, 0.0, 1.0);
      lines.push_back(std::move(line));
    }
  }
}

Axis y_axis(const View& view, const std::vector<Line>& lines) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const Line& line : lines) {
    for (const Point& p : line.points)
      low = std::min(low, p.y), high = std::max(high, p.y);
  }
  if (lines.empty()) low = high = 1;
  if (view.scale == Scale::logarithmic) return logarithmic_axis(view.y_label, low, high);
  if (view.scale == Scale::from_zero) low = std::min(0.0, low);
  return linear_axis(view.y_label, low, high);
}

// Stage i lies between i and i + 1; ticks are at round steps of each stage.
void divide_by_stages(const TrainingHistory& history, Panel& panel) {
  const std::size_t stages = history.stages.size();
  panel.x = {"optimiser steps of each stage", 0, static_cast<double>(stages), false, {}};
  const std::size_t stride = (stages + kMaxTicks - 1) / kMaxTicks;
  for (std::size_t i = 0; i < stages; ++i) {
    const auto place = static_cast<double>(i);
    panel.bands.push_back({place, place + 1, history.stages[i].name});
    if (i % stride != 0) continue;
    const double steps = expected_steps(history.stages[i]);
    const double step =
        std::max(1.0, round_step(steps, std::max<std::size_t>(1, kMaxTicks / stages)));
    for (int k = 1; k * step <= steps; ++k)
      panel.x.ticks.push_back({place + k * step / steps, short_number(k * step)});
  }
}

Panel panel_of(const View& view, const TrainingHistory& history) {
  Panel panel{view.title, {}, {}};
  for (std::size_t i = 0; i < history.stages.size(); ++i) {
    const StageHistory& stage = history.stages[i];
    const auto place = static_cast<double>(i);
    // Tokenizers first, so that they have the same colours in all panels.
    add_lines(stage.validation, view.validation, true, place, expected_steps(stage), panel.lines);
    add_lines(stage.training, view.training, false, place, expected_steps(stage), panel.lines);
  }
  if (view.scale == Scale::logarithmic) {
    // A learning rate of 0 cannot be shown.
    drop_points(panel.lines, [](const Point& p) { return p.y <= 0; });
  }
  panel.y = y_axis(view, panel.lines);
  divide_by_stages(history, panel);
  return panel;
}

}  // namespace

Figure to_figure(const TrainingHistory& history) {
  const StageHistory& stage = history.stages.back();
  Figure figure{"Training: " + describe(stage), "", {}};
  if (!stage.training.empty() && stage.training.front().name == "loss") {
    figure.title += ", loss " + short_number(stage.training.front().points.back().y);
  }
  std::string similarities;
  for (const Curve& curve : stage.validation) {
    if (curve.name != "edit_similarity") continue;
    similarities += similarities.empty() ? "edit similarity " : ", ";
    similarities += fmt::format("{} {:.3f}", curve.tokenizer, curve.points.back().y);
  }
  if (!stage.model.empty()) {
    figure.subtitle = "model " + stage.model + (similarities.empty() ? "" : "; ");
  }
  figure.subtitle += similarities;
  for (const View& view : views()) {
    Panel panel = panel_of(view, history);
    // Empty panels are dropped: without a decoder, a tokenizer has no accuracy, for example.
    if (!panel.lines.empty() || figure.panels.empty()) figure.panels.push_back(std::move(panel));
  }
  return figure;
}

}  // namespace pairalign::stats

// The panels of each kind of report.
#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "stats/quantiles.hpp"
#include "stats/report.hpp"

namespace pairalign::stats {
namespace {

constexpr std::size_t kMaxPoints = 200;  // of a curve in a stage
constexpr std::size_t kMaxTicks = 10;    // of the x axis

double real(std::uint64_t count) {
  return static_cast<double>(count);
}

Panel length_panel(const Summary& s) {
  std::vector<Weighted> lengths;
  for (const auto& [length, records] : s.lengths)
    lengths.push_back({real(length), real(records)});
  return histogram("Length of strings", "tokens per record", "records", std::move(lengths), 1);
}

Panel frequency_panel(const Summary& s) {
  const std::vector<std::uint64_t>& counts = s.token_counts;
  Panel panel{"Frequency of tokens",
              logarithmic_axis("rank of the token", 1, std::max(1.0, real(counts.size()))),
              logarithmic_axis("occurrences", counts.empty() ? 1 : real(counts.back()),
                               counts.empty() ? 1 : real(counts.front()))};
  if (counts.empty()) return panel;
  panel.lines = {{"tokens", {}}};
  for (std::size_t i = 0; i < counts.size(); ++i)
    panel.lines[0].points.push_back({real(i + 1), real(counts[i])});
  return panel;
}

// A readable unit for a duration of audio.
struct TimeUnit {
  double seconds;
  const char* name;
};
TimeUnit time_unit(double seconds) {
  if (seconds < 120) return {1, "s"};
  return seconds < 7200 ? TimeUnit{60, "min"} : TimeUnit{3600, "h"};
}

Panel rate_panel(const Summary& s) {
  const auto [unit, name] = time_unit(s.seconds);
  Line line{"rate", {}};
  double end = 0, highest = 0;
  for (const Stretch& stretch : s.stretches) {
    if (stretch.seconds > 0) {
      const double rate = real(stretch.tokens) / stretch.seconds;
      highest = std::max(highest, rate);
      line.points.push_back({(end + stretch.seconds / 2) / unit, rate});
    }
    end += stretch.seconds;
  }
  Panel panel{"Token rate along the stream",
              linear_axis(fmt::format("audio so far ({})", name), 0, s.seconds / unit),
              linear_axis("tokens/s", 0, highest)};
  if (line.points.empty()) return panel;
  const double all = *s.tokens_per_second;
  const std::vector<Point> level = {{0, all}, {s.seconds / unit, all}};
  panel.lines = {std::move(line), {fmt::format("all: {:.2f}", all), level, false, true}};
  return panel;
}

Panel record_rate_panel(const Summary& s) {
  std::vector<Weighted> rates;
  for (const auto& [tenths, records] : s.rates)
    rates.push_back({tenths / 10.0, real(records)});
  return histogram("Token rate of records", "tokens/s", "records", std::move(rates), 0.1);
}

Panel precision_recall_panel(const RetrievalMetrics& m) {
  const std::size_t steps = m.precision_at_recall.size() - 1;
  Line line{"precision", {}, true};
  for (std::size_t i = 0; i <= steps; ++i)
    line.points.push_back({real(i) / real(steps), m.precision_at_recall[i]});
  return {"Precision and recall",
          linear_axis("recall", 0, 1),
          linear_axis("interpolated precision", 0, 1),
          {std::move(line)}};
}

// The share of queries with a relevant document in the top k, as a step function.
Panel first_rank_panel(const RetrievalMetrics& m) {
  std::vector<std::size_t> ranks;
  for (const QueryMetrics& query : m.per_query) {
    if (query.first_relevant) ranks.push_back(*query.first_relevant);
  }
  std::sort(ranks.begin(), ranks.end());
  const double last = ranks.empty() ? 10 : real(std::max<std::size_t>(10, ranks.back()));
  Panel panel{"Queries with a relevant document in the top k", logarithmic_axis("k", 1, last),
              linear_axis("share of queries", 0, 1)};
  std::vector<Point> points = {{1, 0}};
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    if (i + 1 < ranks.size() && ranks[i + 1] == ranks[i]) continue;
    points.push_back({real(ranks[i]), points.back().y});
    points.push_back({real(ranks[i]), real(i + 1) / real(m.queries)});
  }
  points.push_back({panel.x.high, points.back().y});
  panel.lines = {{"found", std::move(points)}};
  return panel;
}

Panel average_precision_panel(const RetrievalMetrics& m) {
  std::vector<Weighted> values;
  for (const QueryMetrics& query : m.per_query)
    values.emplace_back(query.average_precision);
  return histogram("Average precision of queries", "average precision", "queries",
                   std::move(values), 0);
}

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
    const auto count = real(end - begin);
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

// Stages lie side by side, all equally wide, since their numbers of steps differ greatly: stage i
// between i and i + 1; ticks are at round steps of each stage.
void divide_by_stages(const TrainingHistory& history, Panel& panel) {
  const std::size_t stages = history.stages.size();
  panel.x = {"optimiser steps of each stage", 0, real(stages), false, {}};
  const std::size_t stride = (stages + kMaxTicks - 1) / kMaxTicks;
  for (std::size_t i = 0; i < stages; ++i) {
    const auto place = real(i);
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
    const auto place = real(i);
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

Figure to_figure(const Summary& s) {
  const TimeUnit unit = time_unit(s.seconds);
  const std::string rate =
      s.tokens_per_second ? fmt::format(", {:.2f} tokens/s", *s.tokens_per_second) : "";
  const std::string made_by = describe(s.header);
  return {fmt::format("{} record{}, {:.2f} {} of audio, {} tokens{}", grouped_digits(s.records),
                      s.records == 1 ? "" : "s", s.seconds / unit.seconds, unit.name,
                      grouped_digits(s.tokens), rate),
          fmt::format("{}{}{} of {} tokens in use, entropy {:.3f} bits", made_by,
                      made_by.empty() ? "" : "; ", s.vocabulary_used, s.vocabulary, s.entropy),
          {length_panel(s), frequency_panel(s), rate_panel(s), record_rate_panel(s)}};
}

Figure to_figure(const ReductionComparison& r, const std::string& reference) {
  std::vector<Weighted> saved;
  for (const Reduction& k : r.records()) {
    if (k.share()) saved.emplace_back(100 * *k.share());
  }
  const auto total = r.total().share();
  const std::string all = total ? fmt::format(" (all: {:.1f} %)", 100 * *total) : "";
  return {"",
          "",
          {histogram("Fewer tokens than " + reference + all, "tokens saved in a record (%)",
                     "records", std::move(saved), 0)}};
}

Figure to_figure(const PairComparison& p, const std::string& reference) {
  const auto panel = [&](const std::string& title, const char* x_label,
                         double PairMeasures::*measure) {
    const std::vector<double> values = p.values(measure);
    const std::string mean = fmt::format(" (mean {:.3f})", centre(values).mean);
    return histogram(title + reference + mean, x_label, "pairs", {values.begin(), values.end()}, 0);
  };
  return {"",
          "",
          {panel("Similarity to ", "edit similarity (1 - distance / longer)",
                 &PairMeasures::edit_similarity),
           panel("Tokens shared with ", "Jaccard similarity of the token sets",
                 &PairMeasures::jaccard)}};
}

Figure to_figure(const RetrievalMetrics& m) {
  return {fmt::format("MAP {:.4f}, MRR {:.4f}, P@1 {:.4f}, R@10 {:.4f}, MTWV {:.4f}",
                      m.average_precision, m.reciprocal_rank, m.precision_1, m.recall_10, m.mtwv),
          fmt::format("{} queries, {} of them in the run; {} documents", grouped_digits(m.queries),
                      grouped_digits(m.answered), grouped_digits(m.documents)),
          {precision_recall_panel(m), first_rank_panel(m), average_precision_panel(m)}};
}

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

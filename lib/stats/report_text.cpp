#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <string_view>

#include <fmt/format.h>

#include "stats/quantiles.hpp"
#include "stats/report.hpp"

namespace pairalign::stats {
namespace {

constexpr std::size_t kCells = 40;
constexpr const char* kLevels[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr double kHighest = 7;

// Lines of a padded name and a value.
class Lines {
 public:
  template <class... Args>
  void add(std::string_view name, fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(text_), "{:<24}", name);
    line(format, std::forward<Args>(args)...);
  }

  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
    text_ += '\n';
  }

  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

std::string number(const std::optional<double>& value, int decimals) {
  return value ? fmt::format("{:.{}f}", *value, decimals) : "-";
}

std::string percent(double share) {
  return fmt::format("{:.2f} %", 100 * share);
}

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

void add_histogram(const std::map<std::size_t, std::uint64_t>& lengths, Lines& lines) {
  constexpr std::size_t kBins = 15;
  constexpr std::uint64_t kBar = 40;
  if (lengths.empty()) return;
  const auto range = static_cast<double>(lengths.rbegin()->first + 1);
  const auto width = static_cast<std::size_t>(std::max(1.0, round_step(range, kBins)));
  std::vector<std::uint64_t> bins(lengths.rbegin()->first / width + 1, 0);
  for (const auto& [length, records] : lengths)
    bins[length / width] += records;
  const std::uint64_t highest = *std::max_element(bins.begin(), bins.end());
  lines.line("\ntokens per record");
  for (std::size_t i = lengths.begin()->first / width; i < bins.size(); ++i) {
    const std::string label =
        width == 1 ? fmt::format("{}", i) : fmt::format("{}-{}", i * width, (i + 1) * width - 1);
    // Rounded up, so that every non-empty bin is visible.
    const auto bar = static_cast<std::size_t>((bins[i] * kBar + highest - 1) / highest);
    lines.line("{:>15} {:>9}{}{}", label, bins[i], bar > 0 ? "  " : "", std::string(bar, '#'));
  }
}

void add_ngrams(const std::array<NGramTable, 3>& tables, Lines& lines) {
  for (std::size_t n = 1; n <= tables.size(); ++n) {
    const NGramTable& table = tables[n - 1];
    if (table.top.empty()) continue;
    const std::string note =
        table.error == 0 ? "" : fmt::format(" (counts low by at most {})", table.error);
    lines.line("\nmost frequent {}-grams{}", n, note);
    for (const NGram& ngram : table.top) {
      lines.line("{:>15} {:>9}", fmt::format("{}", fmt::join(ngram.tokens, " ")), ngram.count);
    }
  }
}

void add_unmatched(const KeyMatcher& matcher, Lines& lines) {
  lines.add("unmatched records", "{}", matcher.unmatched().size());
  lines.add("unmatched references", "{}", matcher.unused().size());
}

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

// A line for each curve: its name, its first and last value, and the curve in block characters.
void add_curves(const std::vector<Curve>& curves, double steps, bool detailed, Lines& lines) {
  for (const Curve& curve : curves) {
    if (!detailed && !essential(curve)) continue;
    const std::string name =
        curve.tokenizer.empty() ? curve.name : curve.tokenizer + ' ' + curve.name;
    lines.line("  {:<28} {:>11.5g} {:>11.5g}  {}", name, curve.points.front().y,
               curve.points.back().y, spark_line(curve.points, steps));
  }
}

}  // namespace

std::string to_text(const Summary& s) {
  Lines lines;
  lines.add("model", "{}", s.header.model.empty() ? "unknown" : s.header.model);
  lines.add("tokenizer", "{}", s.header.tokenizer.empty() ? "unknown" : s.header.tokenizer);
  lines.add("records", "{}", s.records);
  lines.add("empty records", "{}", s.empty);
  if (s.unknown_duration > 0) lines.add("without duration", "{}", s.unknown_duration);
  lines.add("hours", "{:.4f}", s.seconds / 3600);
  lines.add("tokens", "{}", s.tokens);
  lines.add("tokens/s", "{}", number(s.tokens_per_second, 2));
  lines.add("bits/s", "{}", number(s.bits_per_second, 1));
  lines.add("bits/s at entropy", "{}", number(s.entropy_bits_per_second, 1));
  lines.add("vocabulary in use", "{} of {} ({})", s.vocabulary_used, s.vocabulary,
            percent(share(s.vocabulary_used, static_cast<std::uint64_t>(s.vocabulary))));
  lines.add("entropy", "{:.3f} bits", s.entropy);
  lines.add("normalised entropy", "{:.4f}", s.normalised_entropy);
  lines.add("collapsed strings", "{} ({})", s.collapsed, percent(share(s.collapsed, s.records)));
  const char* about = s.collisions.sampling > 1 ? "about " : "";
  lines.add("exact collisions", "{}{} keys share {} strings", about, s.collisions.keys,
            s.collisions.strings);
  if (!s.lengths.empty()) {
    lines.add("length", "min {}, median {}, mean {:.1f}, max {}", s.lengths.begin()->first,
              s.median_length, s.mean_length, s.lengths.rbegin()->first);
  }
  add_histogram(s.lengths, lines);
  add_ngrams(s.ngrams, lines);
  return lines.text();
}

std::string to_text(const ReductionComparison& r, bool detailed) {
  const auto saved = [](const Reduction& one) { return one.share() ? percent(*one.share()) : "-"; };
  Lines lines;
  lines.add("matched records", "{}", r.records().size());
  add_unmatched(r, lines);
  lines.add("tokens", "{}", r.total().tokens);
  lines.add("reference tokens", "{}", r.total().reference_tokens);
  lines.add("token reduction", "{}", saved(r.total()));
  if (!detailed) return lines.text();
  lines.line("\ntokens\treference\treduction\tkey");
  for (const Reduction& k : r.records()) {
    lines.line("{}\t{}\t{}\t{}", k.tokens, k.reference_tokens, saved(k), tokens::escape_key(k.key));
  }
  return lines.text();
}

std::string to_text(const PairComparison& p) {
  Lines lines;
  lines.add("pairs", "{}", p.measures().size());
  add_unmatched(p, lines);
  lines.add("identical", "{}", p.identical());
  lines.add("", "{:<12}{}", "mean", "median");
  for (const auto& [name, label, value] : kPairMeasures) {
    const auto [mean, median] = centre(p.values(value));
    lines.add(label, "{:<12.4f}{:.4f}", mean, median);
  }
  return lines.text();
}

std::string to_text(const RetrievalMetrics& m, bool detailed) {
  Lines lines;
  lines.add("queries", "{}", m.queries);
  lines.add("queries in the run", "{}", m.answered);
  if (m.unjudged > 0)
    lines.add("queries left out", "{} (nothing relevant in the qrels)", m.unjudged);
  lines.add("documents", "{}", m.documents);
  for (const RankingMetric& metric : kRankingMetrics)
    lines.add(metric.label, "{:.4f}", m.*metric.value);
  lines.add("mean first rank", "{} ({} queries without)", number(m.mean_first_rank, 2),
            m.not_found);
  lines.add("MTWV", "{:.4f}{}", m.mtwv,
            m.mtwv_threshold ? fmt::format(" at {:.4f}", *m.mtwv_threshold) : "");
  if (!detailed) return lines.text();
  lines.line("\nAP\tRR\tfirst\trelevant\tquery");
  for (const QueryMetrics& q : m.per_query) {
    lines.line("{:.4f}\t{:.4f}\t{}\t{}\t{}", q.average_precision, q.reciprocal_rank,
               q.first_relevant ? std::to_string(*q.first_relevant) : "-", q.relevant, q.query);
  }
  return lines.text();
}

std::string to_text(const RunDifference& d) {
  Lines lines;
  lines.add("queries", "{}", d.queries);
  lines.add("terms", "{}", d.terms);
  lines.add("", "{:<12}{}", "difference", "95 % interval");
  for (std::size_t i = 0; i < d.intervals.size(); ++i) {
    const auto& [difference, low, high] = d.intervals[i];
    lines.add(kComparedMetrics[i].label, "{:<+12.4f}[{:+.4f}, {:+.4f}]", difference, low, high);
  }
  return lines.text();
}

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
  Lines lines;
  for (const StageHistory& stage : history.stages) {
    if (!lines.text().empty()) lines.line("");
    lines.line("{}{}", describe(stage), stage.model.empty() ? "" : ", model " + stage.model);
    if (stage.training.empty()) continue;
    lines.line("  {:<28} {:>11} {:>11}", "training", "first", "last");
    add_curves(stage.training, expected_steps(stage), detailed, lines);
    if (stage.validation.empty()) continue;
    lines.line("  validation");
    add_curves(stage.validation, expected_steps(stage), detailed, lines);
  }
  return lines.text();
}

}  // namespace pairalign::stats

#include "cli/hit_table.hpp"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

#include "tokens/key.hpp"

namespace pairalign::cli {
namespace {

constexpr std::size_t kBarColumns = 8;
constexpr std::size_t kIndent = 2;
constexpr std::size_t kGap = 2;
// With fewer columns, recordings are hard to tell apart.
constexpr std::size_t kMinForRecording = 24;

constexpr const char* kBold = "1";
constexpr const char* kDim = "2";
constexpr const char* kGreen = "32";
constexpr const char* kYellow = "33";

constexpr double kSure = 0.01;
constexpr double kLikely = 1;

const char* bar_style(double evalue) {
  if (evalue < 0 || evalue > kLikely) return "";
  return evalue <= kSure ? kGreen : kYellow;
}

struct Row {
  const HitRow& hit;
  std::string rank;
  std::string chance;     // empty when not estimated
  std::string time;       // empty when not known
  std::string recording;  // escaped
};

// Columns of the display; 0: left out.
struct Widths {
  std::size_t rank = 0, bar = kBarColumns, score = 0, chance = 0, time = 0;
  std::size_t recording = std::string::npos;
};

std::string styled(std::string_view text, const char* style, const Display& display) {
  if (!display.colour || *style == '\0') return std::string(text);
  return fmt::format("\033[{}m{}\033[0m", style, text);
}

std::string fit(const std::string& text, std::size_t columns, const Display& display) {
  return fit_end(text, columns, display.utf8 ? "…" : "...");
}

Row row_of(const HitRow& hit, std::size_t rank, bool utf8) {
  Row row{hit, std::to_string(rank), "", "", ""};
  if (hit.evalue >= 0) row.chance = "E " + hit.evalue_text;
  const tokens::Fragment fragment = tokens::split_fragment(hit.place);
  row.recording = tokens::escape_key(fragment.path);
  if (fragment.end_s)
    row.time = clock_time(fragment.start_s) + (utf8 ? "–" : "-") + clock_time(*fragment.end_s);
  return row;
}

Widths widths_of(const std::vector<Row>& rows, std::size_t columns) {
  Widths widths;
  std::size_t recording = 0;
  for (const Row& row : rows) {
    widths.rank = std::max(widths.rank, row.rank.size());
    widths.score = std::max(widths.score, row.hit.score.size());
    widths.chance = std::max(widths.chance, row.chance.size());
    widths.time = std::max(widths.time, display_width(row.time));
    recording = std::max(recording, display_width(row.recording));
  }
  if (columns == 0) return widths;
  const auto room = [&] {
    std::size_t taken = kIndent;
    for (const std::size_t column :
         {widths.rank, widths.bar, widths.score, widths.chance, widths.time}) {
      if (column > 0) taken += column + kGap;
    }
    return columns > taken ? columns - taken : 0;
  };
  const std::size_t wanted = std::min(recording, kMinForRecording);
  if (room() < wanted) widths.bar = 0;
  if (room() < wanted) widths.chance = 0;
  widths.recording = std::max(room(), std::size_t{1});
  return widths;
}

std::string line_of(const Row& row, const Widths& widths, const Display& display) {
  const std::string gap(kGap, ' ');
  std::string text(kIndent, ' ');
  text += styled(fmt::format("{:>{}}", row.rank, widths.rank), kDim, display) + gap;
  if (widths.bar > 0) {
    const std::string filled = bar(row.hit.part, widths.bar, display.utf8);
    text += styled(filled, bar_style(row.hit.evalue), display) + gap;
  }
  text += fmt::format("{:>{}}", row.hit.score, widths.score) + gap;
  if (widths.chance > 0) text += fmt::format("{:<{}}", row.chance, widths.chance) + gap;
  if (widths.time > 0) {
    text += std::string(widths.time - display_width(row.time), ' ') + row.time + gap;
  }
  return text + fit(row.recording, widths.recording, display) + '\n';
}

}  // namespace

std::string hit_table(const std::string& query, const std::vector<HitRow>& hits,
                      const Display& display) {
  const std::size_t columns = display.columns == 0 ? std::string::npos : display.columns;
  std::string text =
      styled(fit(tokens::escape_key(query), columns, display), kBold, display) + '\n';
  if (hits.empty())
    return text + std::string(kIndent, ' ') + styled("nothing found", kDim, display) + '\n';
  std::vector<Row> rows;
  for (const HitRow& hit : hits)
    rows.push_back(row_of(hit, rows.size() + 1, display.utf8));
  const Widths widths = widths_of(rows, display.columns);
  for (const Row& row : rows)
    text += line_of(row, widths, display);
  return text;
}

}  // namespace pairalign::cli

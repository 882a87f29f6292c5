#include "cli/progress.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/terminal.hpp"

namespace pairalign::cli {
namespace {

// The eye follows no more than six redraws a second; more only burden the terminal.
constexpr double kRedrawSeconds = 0.167;
constexpr std::size_t kMaxBar = 20;
constexpr std::size_t kMinBar = 5;

std::string rate_text(double rate) {
  return rate < 100 ? fmt::format("{:.1f}/s", rate) : fmt::format("{:.0f}/s", rate);
}

// "[####......]", or nothing where there is no room for it.
std::string bar_text(double part, std::size_t room) {
  constexpr std::size_t kFrame = 3;  // brackets and a blank
  if (room < kMinBar + kFrame) return {};
  const std::size_t width = std::min(kMaxBar, room - kFrame);
  const auto filled = static_cast<std::size_t>(part * static_cast<double>(width));
  return fmt::format(" [{}{}]", std::string(filled, '#'), std::string(width - filled, '.'));
}

}  // namespace

std::string progress_line(const ProgressState& state, std::size_t columns) {
  const auto done = static_cast<double>(state.done);
  const bool known = state.total > 0;
  double part = 0;
  std::string figures;
  if (known) {
    part = std::clamp(state.part.value_or(done / static_cast<double>(state.total)), 0.0, 1.0);
    figures = fmt::format(" {:3.0f}% {}/{}", 100 * part, state.done, state.total);
  } else {
    figures = fmt::format(" {}", state.done);
  }
  figures += "  " + rate_text(state.seconds > 0 ? done / state.seconds : 0);
  if (part > 0 && part < 1) {
    figures += "  " + clock_time(state.seconds * (1 - part) / part, ClockForm::shortest) + " left";
  }
  if (!state.note.empty()) figures += "  " + state.note;
  const std::size_t taken = state.label.size() + figures.size();
  const std::size_t room = columns > taken ? columns - taken : 0;
  return (state.label + (known ? bar_text(part, room) : "") + figures).substr(0, columns);
}

Progress::Progress(std::string label, std::uint64_t total, bool forced)
    : label_(std::move(label)), total_(total), shown_(forced || ::isatty(STDERR_FILENO) == 1) {}

void Progress::update(std::uint64_t done, const std::string& note, std::optional<double> part) {
  if (!shown_) return;
  // The first redraw waits for the interval as well, so that a short run shows nothing at all.
  const double now = watch_.seconds();
  if (now - drawn_at_ < kRedrawSeconds) return;
  drawn_at_ = now;
  const ProgressState state{label_, done, total_, part, now, note};
  show_status(progress_line(state, terminal_columns(STDERR_FILENO) - 1));
  drawn_ = true;
}

void Progress::finish() {
  if (drawn_) clear_status();
  drawn_ = false;
}

}  // namespace pairalign::cli

#include "cli/progress.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/terminal.hpp"

namespace pairalign::cli {
namespace {

using Clock = std::chrono::steady_clock;

// Six redraws a second are as many as an eye follows; more only cost the terminal.
constexpr std::chrono::milliseconds kRedrawInterval(167);
constexpr std::size_t kBarWidth = 20;

double seconds_between(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

// "0:07", "12:30", "3:02:10".
std::string clock_text(double seconds) {
  const auto total = static_cast<std::uint64_t>(std::max(0.0, seconds) + 0.5);
  if (total >= 3600)
    return fmt::format("{}:{:02}:{:02}", total / 3600, total / 60 % 60, total % 60);
  return fmt::format("{}:{:02}", total / 60, total % 60);
}

std::string rate_text(double rate) {
  return rate < 100 ? fmt::format("{:.1f}/s", rate) : fmt::format("{:.0f}/s", rate);
}

}  // namespace

Progress::Progress(std::string label, std::uint64_t total, bool forced)
    : label_(std::move(label)),
      total_(total),
      shown_(forced || ::isatty(STDERR_FILENO) == 1),
      start_(Clock::now()),
      last_(start_) {}

Progress::~Progress() {
  finish();
}

void Progress::update(std::uint64_t done, const std::string& note) {
  if (!shown_) return;
  // The first redraw waits for the interval as well, so that a short run shows nothing at all.
  const Clock::time_point now = Clock::now();
  if (now - last_ < kRedrawInterval) return;
  last_ = now;
  draw(done, note);
}

void Progress::finish() {
  if (drawn_) clear_status();
  drawn_ = false;
}

void Progress::draw(std::uint64_t done, const std::string& note) {
  const double elapsed = seconds_between(start_, last_);
  const double rate = elapsed > 0 ? static_cast<double>(done) / elapsed : 0;
  std::string line = label_;
  if (total_ > 0) {
    const double part = std::min(1.0, static_cast<double>(done) / static_cast<double>(total_));
    const auto filled = static_cast<std::size_t>(part * kBarWidth);
    line += fmt::format(" [{}{}] {:3.0f}% {}/{}", std::string(filled, '#'),
                        std::string(kBarWidth - filled, '.'), 100 * part, done, total_);
  } else {
    line += fmt::format(" {}", done);
  }
  line += "  " + rate_text(rate);
  if (total_ > done && rate > 0) {
    line += fmt::format("  {} left", clock_text(static_cast<double>(total_ - done) / rate));
  }
  if (!note.empty()) line += "  " + note;
  show_status(line);
  drawn_ = true;
}

}  // namespace pairalign::cli

// A progress bar on stderr: items or bytes done, rate, time left.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/stopwatch.hpp"

namespace pairalign::cli {

/// How far a piece of work has come.
struct ProgressState {
  std::string label;
  std::uint64_t done = 0;
  std::uint64_t total = 0;     ///< 0: not known
  std::optional<double> part;  ///< of the work, 0 … 1; nothing: done / total
  double seconds = 0;          ///< since it began
  std::string note;            ///< free text at the end
};

/// One line of at most `columns`; the bar takes the room that the numbers leave.
std::string progress_line(const ProgressState& state, std::size_t columns);

/// Shown when stderr is a terminal (or when forced), redrawn at most six times a second, erased at
/// the end. Not thread-safe: update it from the thread that orders the output.
class Progress {
 public:
  /// `total` 0: not known.
  Progress(std::string label, std::uint64_t total, bool forced);
  ~Progress() { finish(); }

  /// `note` is free text behind the bar, such as "12.3 h, 410 x real time". `part` is how much of
  /// the work is done, where items differ in size.
  void update(std::uint64_t done, const std::string& note = {}, std::optional<double> part = {});
  void finish();
  bool shown() const { return shown_; }

 private:
  std::string label_;
  std::uint64_t total_;
  bool shown_;
  bool drawn_ = false;
  Stopwatch watch_;
  double drawn_at_ = 0;
};

}  // namespace pairalign::cli

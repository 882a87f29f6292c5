// A progress bar on stderr: items or bytes done, rate, time left.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace pairalign::cli {

/// Shown when stderr is a terminal (or when forced), redrawn at most six times a second, erased at
/// the end. Not thread-safe: update it from the thread that orders the output.
class Progress {
 public:
  /// `total` 0: not known.
  Progress(std::string label, std::uint64_t total, bool forced);
  ~Progress();

  /// `note` is free text behind the bar, such as "12.3 h, 410 x real time".
  void update(std::uint64_t done, const std::string& note = {});
  void finish();
  bool shown() const { return shown_; }

 private:
  void draw(std::uint64_t done, const std::string& note);

  std::string label_;
  std::uint64_t total_;
  bool shown_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point start_, last_;
};

}  // namespace pairalign::cli

#pragma once

#include <chrono>

namespace pairalign {

/// Runs from its construction.
class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now();
};

/// Adds its lifetime, in seconds, to a total.
class AddedTime {
 public:
  explicit AddedTime(double& total) : total_(total) {}
  ~AddedTime() { total_ += watch_.seconds(); }
  AddedTime(const AddedTime&) = delete;
  AddedTime& operator=(const AddedTime&) = delete;

 private:
  double& total_;
  Stopwatch watch_;
};

}  // namespace pairalign

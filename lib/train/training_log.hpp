// What a run tells about itself: sums over a few steps, and a log of JSON lines.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/descriptor.hpp"
#include "train/geometric.hpp"
#include "train/recipe.hpp"
#include "train/validation.hpp"

namespace pairalign::train {

/// Means over the steps between two reports.
struct StepSummary {
  std::int64_t step = 0, steps = 0;
  double loss = 0;
  double agreement = 0;
  int codes_used = 0;
  double perplexity = 0;        ///< of the teacher's codes
  double learning_rate = 0;     ///< of the last step
  double gradient_norm = 0;     ///< of the last step
  double pairs_per_second = 0;  ///< a pair: a degraded view and its clean crop
  double audio_per_second = 0;  ///< seconds of views per second
  double gflops = 0;            ///< matrix products, billions of operations per second
  double view_share = 0;        ///< of the thread time: decoding, degrading, features
};

class StepWindow {
 public:
  void add(const StepReport& report);
  std::int64_t size() const { return added_; }
  /// `step` steps of `recipe` are done.
  StepSummary summarise(const Recipe& recipe, std::int64_t step) const;

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::vector<std::int64_t> code_counts_;
  StepReport sum_;  // learning rate and gradient norm are the last step's
  std::int64_t added_ = 0;
};

/// What is written once, when a run begins or is resumed.
struct RunDescription {
  std::string command;
  std::int64_t step = 0;
  double hours = 0;  ///< of training audio
  int threads = 0;
  nn::Precision precision = nn::Precision::f32;
  double matmul_gflops =
      0;  ///< what all threads reach in one plain product: the yardstick of gflops
};

/// A JSON object a line, appended in one write each, so that a reader never sees half of one. Every
/// line has an "event": start, step, validation, end. With an empty path nothing is written.
class TrainingLog {
 public:
  /// Throws Error(path, …) here and whenever a line cannot be written.
  explicit TrainingLog(const std::string& path);

  void start(const RunDescription& run, const Recipe& recipe);
  void step(const StepSummary& summary);
  void validation(const ValidationReport& report, std::int64_t step);
  void end(const std::string& model_id);

 private:
  std::string path_;
  Descriptor file_;
};

/// The rate of a plain matrix product on all threads together, billions of operations per second.
double measure_matmul_gflops(nn::Precision precision, ThreadPool& pool);

}  // namespace pairalign::train

// Reports of a run: sums over a few steps, and a log of JSON lines.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/descriptor.hpp"
#include "base/stopwatch.hpp"
#include "train/trainer.hpp"

namespace pairalign::train {

/// Means over the steps between two reports.
struct StepSummary {
  RunPosition position;
  double loss = 0;
  std::vector<Term> terms;  ///< weighted means, in the order of the first step that had them
  int codes_used = 0;
  double perplexity = 0;        ///< of the target codes
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
  StepSummary summarise(const RunPosition& position) const;

 private:
  void add_term(const Term& term);

  Stopwatch watch_;
  StepReport sum_;  // learning rate and gradient norm are the last step's, terms weighted sums
  std::int64_t added_ = 0;
};

/// One JSON object per line, each appended in one write, so that a reader never sees half of one.
/// Every line has an "event": start, step, validation, end. With an empty path nothing is written.
class TrainingLog {
 public:
  /// Throws Error(path, …) here and whenever a line cannot be written.
  explicit TrainingLog(const std::string& path);

  /// When a run begins or is resumed. Measures the rate of a plain matrix product on all threads
  /// together, the reference for gflops.
  void start(const std::string& command, const Trainer& trainer, nn::Precision precision,
             ThreadPool& pool);
  void step(const StepSummary& summary);
  void validation(const ValidationReport& report, const RunPosition& position);
  void end(const std::string& model_id);

 private:
  std::string path_;
  Descriptor file_;
};

}  // namespace pairalign::train

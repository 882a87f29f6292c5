// The log that pa-train writes (one JSON object per line, see train/training_log.hpp), as curves.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "stats/plot.hpp"

namespace pairalign::stats {

/// One measure along a stage. x: optimiser steps of the stage.
struct Curve {
  std::string tokenizer;  ///< whose strings were measured; empty: not a measure of strings
  std::string name;       ///< as the log has it
  std::vector<Point> points;
};

struct StageHistory {
  std::string name;
  std::int64_t steps = 0;  ///< planned; 0: not known yet
  std::int64_t step = 0;   ///< the last one reported
  std::string model{};     ///< written at its end; empty before that, and in intermediate stages
  std::vector<Curve> training{};    ///< the loss first, the others in the order of the log
  std::vector<Curve> validation{};  ///< likewise
};

/// The steps of the whole stage, as far as the log says; at least 1.
double expected_steps(const StageHistory& stage);

/// "geometric, step 340 of 6000".
std::string describe(const StageHistory& stage);

struct TrainingHistory {
  std::vector<StageHistory> stages;  ///< of one run or of several, in the order of the log
};

/// Reads a log, even while it is being written: a truncated last line is ignored. Steps that a
/// resumed run repeats are dropped. Any other line that is not a log entry goes to `on_fault` as
/// Error("FILE:LINE", reason). Throws Error if the file cannot be read or its first line is not a
/// log entry. "-" is stdin.
TrainingHistory read_training_history(const std::string& path,
                                      const std::function<void(const Error&)>& on_fault);

}  // namespace pairalign::stats

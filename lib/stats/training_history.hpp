// The log that pa-train writes (a JSON object a line, see train/training_log.hpp), as curves.
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
  std::string tokenizer;  ///< whose strings were measured; empty for what is not about strings
  std::string name;       ///< as the log has it
  std::vector<Point> points;
};

struct StageHistory {
  std::string name;
  std::int64_t steps = 0;  ///< that it is to take; 0: not known yet
  std::int64_t step = 0;   ///< the last one that is told of
  std::string model;       ///< written at the end of it; empty before, and after stages between
  std::vector<Curve> training;    ///< the loss first, the others in the order of the log
  std::vector<Curve> validation;  ///< likewise
};

/// The steps that the stage will have had in the end, as far as the log tells; at least 1.
double expected_steps(const StageHistory& stage);

/// "geometric, step 340 of 6000".
std::string describe(const StageHistory& stage);

struct TrainingHistory {
  std::vector<StageHistory> stages;  ///< of one run or of several, in the order of the log
};

/// Reads a log, also one that is being written: a last line that is cut off is passed over. What a
/// run told of steps that it went back behind when it was resumed is dropped. Any other line that
/// is none of a log goes to `on_fault` as Error("FILE:LINE", reason). Throws Error when the file
/// cannot be read or its first line already is none of a log. "-" is stdin.
TrainingHistory read_training_history(const std::string& path,
                                      const std::function<void(const Error&)>& on_fault);

}  // namespace pairalign::stats

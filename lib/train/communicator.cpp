#include "train/communicator.hpp"

#include <cmath>
#include <cstddef>

namespace pairalign::train {

void Communicator::sum_each(const std::vector<double*>& values) const {
  std::vector<double> together;
  together.reserve(values.size());
  for (const double* value : values)
    together.push_back(*value);
  sum(Span<double>(together));
  for (std::size_t i = 0; i < values.size(); ++i)
    *values[i] = together[i];
}

// As doubles, which hold any count of a step exactly.
void Communicator::sum_counts(std::vector<std::int64_t>& counts) const {
  std::vector<double> together(counts.begin(), counts.end());
  sum(Span<double>(together));
  for (std::size_t i = 0; i < counts.size(); ++i)
    counts[i] = std::llround(together[i]);
}

const Communicator& Communicator::alone() {
  static const Communicator kAlone;
  return kAlone;
}

}  // namespace pairalign::train

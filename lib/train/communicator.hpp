// Processes that train one model together: data parallelism. Each holds the same parameters and a
// part of every batch; what is summed over the batch is summed over the processes, after which all
// of them take the same step.
#pragma once

#include <cstdint>
#include <vector>

#include "base/span.hpp"

namespace pairalign::train {

/// By itself a single process, for which every sum is what it is already.
class Communicator {
 public:
  Communicator() = default;
  Communicator(const Communicator&) = delete;
  Communicator& operator=(const Communicator&) = delete;
  virtual ~Communicator() = default;

  virtual int rank() const { return 0; }  ///< of this process, from 0
  virtual int size() const { return 1; }  ///< processes
  /// Replaces `values` by their sums over all processes, to the bit the same in each of them.
  /// Every process calls it, with as many values and in the same order.
  virtual void sum(Span<double> /*values*/) const {}
  virtual void sum(Span<float> /*values*/) const {}

  double sum_of(double value) const {
    sum(Span<double>(&value, 1));
    return value;
  }
  /// The same of each of these in its place.
  void sum_each(const std::vector<double*>& values) const;
  void sum_counts(std::vector<std::int64_t>& counts) const;

  static const Communicator& alone();
};

}  // namespace pairalign::train

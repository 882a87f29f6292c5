// Data-parallel training by several processes. Each holds the same parameters and a part of every
// batch; sums over the batch are all-reduced over the processes, after which all of them take the
// same optimiser step.
#pragma once

#include <memory>
#include <vector>

#include "base/span.hpp"

namespace pairalign::train {

/// The base class is a single process, for which every sum is already complete.
class Communicator {
 public:
  Communicator() = default;
  Communicator(const Communicator&) = delete;
  Communicator& operator=(const Communicator&) = delete;
  virtual ~Communicator() = default;

  virtual int rank() const { return 0; }  ///< of this process, from 0
  virtual int size() const { return 1; }  ///< processes
  /// All-reduce: replaces `values` by their sums over all processes, bit-identical in each of them.
  /// Every process must make the same calls in the same order, with the same number of values.
  virtual void sum(Span<double> /*values*/) const {}
  virtual void sum(Span<float> /*values*/) const {}

  double sum_of(double value) const {
    sum(Span<double>(&value, 1));
    return value;
  }
  /// The same for each of these, in place.
  void sum_each(const std::vector<double*>& values) const;

  static const Communicator& alone();
};

/// The processes that mpirun started, if built for MPI (-DPAIRALIGN_MPI=ON), which this joins until
/// the object goes: one per program, for use on the thread that made it. Without MPI, a single one.
std::unique_ptr<const Communicator> join_peers();

}  // namespace pairalign::train

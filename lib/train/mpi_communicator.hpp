// The processes that mpirun started (-DPAIRALIGN_MPI=ON).
#pragma once

#include "train/communicator.hpp"

namespace pairalign::train {

/// Initialises MPI, and finalises it on destruction: one per program, for use on the thread that
/// made it.
class MpiCommunicator : public Communicator {
 public:
  MpiCommunicator();
  /// Finalises MPI; aborts all processes if this one is unwinding an exception, as the others would
  /// wait for it for ever.
  ~MpiCommunicator() override;

  int rank() const override;
  int size() const override;
  void sum(Span<double> values) const override;
  void sum(Span<float> values) const override;
};

}  // namespace pairalign::train

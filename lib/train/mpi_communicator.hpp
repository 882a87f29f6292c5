// The processes that mpirun started (-DPAIRALIGN_MPI=ON).
#pragma once

#include "train/communicator.hpp"

namespace pairalign::train {

/// Lives as long as MPI is in use: once in a program, and on the thread that made it.
class MpiCommunicator : public Communicator {
 public:
  MpiCommunicator();
  /// Ends MPI, or all processes where this one is leaving with an exception: the others would wait
  /// for it for ever.
  ~MpiCommunicator() override;

  int rank() const override;
  int size() const override;
  void sum(Span<double> values) const override;
  void sum(Span<float> values) const override;
};

}  // namespace pairalign::train

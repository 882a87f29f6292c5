#include "train/communicator.hpp"

#include <cstddef>

#ifdef PAIRALIGN_MPI
#include <exception>

#include <mpi.h>
#endif

namespace pairalign::train {
namespace {

#ifdef PAIRALIGN_MPI
// Reduces to one process and broadcasts: MPI only recommends that an all-reduce give the same bits
// in all processes.
void sum_everywhere(void* values, std::size_t count, MPI_Datatype type, int rank) {
  const void* mine = rank == 0 ? MPI_IN_PLACE : values;
  MPI_Reduce(mine, values, static_cast<int>(count), type, MPI_SUM, 0, MPI_COMM_WORLD);
  MPI_Bcast(values, static_cast<int>(count), type, 0, MPI_COMM_WORLD);
}

class MpiCommunicator : public Communicator {
 public:
  MpiCommunicator() {
    int provided = 0;
    MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
  }
  // Aborts all processes if this one is unwinding an exception, as the others would wait for it for
  // ever.
  ~MpiCommunicator() override {
    if (std::uncaught_exceptions() > 0) MPI_Abort(MPI_COMM_WORLD, 2);
    MPI_Finalize();
  }

  int rank() const override {
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    return rank;
  }
  int size() const override {
    int size = 1;
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    return size;
  }
  void sum(Span<double> values) const override {
    sum_everywhere(values.data(), values.size(), MPI_DOUBLE, rank());
  }
  void sum(Span<float> values) const override {
    sum_everywhere(values.data(), values.size(), MPI_FLOAT, rank());
  }
};

using Peers = MpiCommunicator;
#else
using Peers = Communicator;
#endif

}  // namespace

void Communicator::sum_each(const std::vector<double*>& values) const {
  std::vector<double> together;
  together.reserve(values.size());
  for (const double* value : values)
    together.push_back(*value);
  sum(Span<double>(together));
  for (std::size_t i = 0; i < values.size(); ++i)
    *values[i] = together[i];
}

const Communicator& Communicator::alone() {
  static const Communicator kAlone;
  return kAlone;
}

std::unique_ptr<const Communicator> join_peers() {
  return std::make_unique<Peers>();
}

}  // namespace pairalign::train

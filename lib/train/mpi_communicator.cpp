#include "train/mpi_communicator.hpp"

#include <exception>

#include <mpi.h>

namespace pairalign::train {
namespace {

// Reduces to one process and broadcasts: MPI only recommends that an all-reduce give the same bits
// in all processes.
void sum_everywhere(void* values, std::size_t count, MPI_Datatype type, int rank) {
  const void* mine = rank == 0 ? MPI_IN_PLACE : values;
  MPI_Reduce(mine, values, static_cast<int>(count), type, MPI_SUM, 0, MPI_COMM_WORLD);
  MPI_Bcast(values, static_cast<int>(count), type, 0, MPI_COMM_WORLD);
}

}  // namespace

MpiCommunicator::MpiCommunicator() {
  int provided = 0;
  MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
}

MpiCommunicator::~MpiCommunicator() {
  if (std::uncaught_exceptions() > 0) MPI_Abort(MPI_COMM_WORLD, 2);
  MPI_Finalize();
}

int MpiCommunicator::rank() const {
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank;
}

int MpiCommunicator::size() const {
  int size = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  return size;
}

void MpiCommunicator::sum(Span<double> values) const {
  sum_everywhere(values.data(), values.size(), MPI_DOUBLE, rank());
}

void MpiCommunicator::sum(Span<float> values) const {
  sum_everywhere(values.data(), values.size(), MPI_FLOAT, rank());
}

}  // namespace pairalign::train

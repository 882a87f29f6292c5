// Balanced assignment of frames to codes.
#pragma once

#include <vector>

#include "base/thread_pool.hpp"
#include "train/communicator.hpp"

namespace pairalign::train {

/// Turns similarities into assignments in which every code gets the same share of the frames'
/// weight, by Sinkhorn-Knopp iterations (Cuturi 2013; as in SwAV, Caron et al. 2020):
///   Q = diag(r) exp(S / ε) diag(c), rows of sum 1, columns of Σ_i w_i Q_ij = Σ_i w_i / codes
///   (after the last column step; the rows are made exact last).
/// `blocks`: the similarities in row blocks of `codes` columns, overwritten by Q; `weights`: of the
/// rows of each block. The sums run in the order of the blocks, so the result does not depend on
/// the number of threads. Processes balance their rows together.
void balance_assignments(std::vector<std::vector<float>>& blocks,
                         const std::vector<const std::vector<float>*>& weights, int codes,
                         double epsilon, int iterations, ThreadPool& pool,
                         const Communicator& peers = Communicator::alone());

}  // namespace pairalign::train

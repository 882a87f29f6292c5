// What keeps a teacher's choices spread over the vocabulary: balanced assignments of frames to
// codes, and for choices made one by one, a balance of their running shares.
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

// Two views agree most easily when a few tokens are used for everything, and a student that learns
// the choices of its own average drifts that way. So the choice is made by P(k) / share(k)^balance,
// where share(k) is the running share of k among the choices so far: the logit adjustment of Menon
// et al. (arXiv 2007.07314), with the shares in place of a known prior.

/// No choice is favoured or penalised by more than this factor, so that an unneeded token is not
/// forced on the audio.
inline constexpr double kMaxBalance = 16;

/// The factors for the choice: (K · share)^−balance within bounds, 1 for a share of 1 / K.
std::vector<float> balance_weights(const std::vector<float>& shares, double balance);

/// Moves the shares, (K), towards those of the `counts` of one step. If all counts are 0, nothing
/// moves.
void move_shares(const std::vector<double>& counts, std::vector<float>& shares);

}  // namespace pairalign::train

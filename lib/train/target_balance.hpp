// Keeps a teacher's choices spread over the vocabulary.
//
// Two views agree most easily when a few tokens are used for everything, and a student that learns
// the choices of its own average drifts that way. So the choice is made by P(k) / share(k)^balance,
// where share(k) is the running share of k among the choices so far: the logit adjustment of Menon
// et al. (arXiv 2007.07314), with the shares in place of a known prior. It does for choices made
// one by one what the balanced assignment (sinkhorn.hpp) does for the codes of stage I.
#pragma once

#include <vector>

namespace pairalign::train {

/// No choice is favoured or penalised by more than this factor, so that an unneeded token is not
/// forced on the audio.
inline constexpr double kMaxBalance = 16;

/// The factors for the choice: (K · share)^−balance within bounds, 1 for a share of 1 / K.
std::vector<float> balance_weights(const std::vector<float>& shares, double balance);

/// Moves the shares, (K), towards those of the `counts` of one step. If all counts are 0, nothing
/// moves.
void move_shares(const std::vector<double>& counts, std::vector<float>& shares);

}  // namespace pairalign::train

// Keeps what a teacher chooses spread over the vocabulary.
//
// Two views agree most easily when a few tokens say everything, and a student that learns what its
// own average chooses drifts that way. So the choice is made by P(k) / share(k)^balance, where
// share(k) is the running share of k among the choices so far: the logit adjustment of Menon et al.
// (arXiv 2007.07314), with the shares in the place of a known prior. It is what the balanced
// assignment (sinkhorn.hpp) does for the codes of stage I, for choices that come one by one.
#pragma once

#include <vector>

namespace pairalign::train {

/// No choice is favoured or held back by more than this factor, so that a token nobody needs is not
/// forced on the audio.
inline constexpr double kMaxBalance = 16;

/// The factors for the choice: (K · share)^−balance within bounds, 1 for a share of 1 / K.
std::vector<float> balance_weights(const std::vector<float>& shares, double balance);

/// Moves the shares, (K), towards those of the `counts` of one step. Counts of 0 move nothing.
void move_shares(const std::vector<double>& counts, std::vector<float>& shares);

}  // namespace pairalign::train

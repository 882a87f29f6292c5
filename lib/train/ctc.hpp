// Blank-free connectionist temporal classification: one view's frames against the token string of
// its partner, as in wav2tok 2.0 (arXiv 2606.26824). Forward-backward in the log domain (Graves et
// al. 2006), over alignments that have no blank.
#pragma once

#include "base/span.hpp"

namespace pairalign::train {

/// With p = softmax(logits), each row a distribution over codes, and an alignment a cut of the
/// frames into |string| consecutive runs of at least one frame, run j standing for string[j]:
///   loss    = −log Σ_alignments Π_t p_t(string[run of t])   (returned, nats)
///   dlogits += weight · (p − occupancy)
/// where occupancy_t(c) is the posterior probability that frame t stands for code c.
/// logits, dlogits: (frames, codes); log-probabilities are logits too. The string is meant to have
/// no consecutive duplicates: a run of one token and two runs of it would be told apart otherwise.
///
/// Without an alignment, the string being longer than the frames or empty, the loss is infinite and
/// dlogits stays as it is, so that a caller leaves the pair out by testing the loss.
///
/// Single precision: the loss is right to about frames · 1e-6 of itself.
double blank_free_ctc(const float* logits, int frames, int codes, Span<const int> string,
                      float weight, float* dlogits);

}  // namespace pairalign::train

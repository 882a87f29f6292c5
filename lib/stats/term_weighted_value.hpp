// The maximum term-weighted value of NIST's spoken term detection evaluations.
#pragma once

#include <cstddef>
#include <limits>
#include <vector>

namespace pairalign::stats {

/// A document that a score threshold accepts or rejects.
struct Trial {
  double score;
  /// What accepting the trial adds to the sum over queries of 1 − (P_miss + β · P_fa): 1 / relevant
  /// for a relevant one, −β / others for any other.
  double gain;
};

struct TermWeightedValue {
  double value = 0;
  double threshold = std::numeric_limits<double>::infinity();
};

/// The best mean over `queries` of the gains of all trials at or above one threshold, and the
/// highest threshold that reaches it. Trials of equal score are accepted together.
TermWeightedValue maximum_term_weighted_value(std::vector<Trial> trials, std::size_t queries);

}  // namespace pairalign::stats

#include "stats/term_weighted_value.hpp"

#include <algorithm>

namespace pairalign::stats {

TermWeightedValue maximum_term_weighted_value(std::vector<Trial> trials, std::size_t queries) {
  // Sorted by gain as well: floating-point sums must not depend on the order of equal scores.
  std::sort(trials.begin(), trials.end(), [](const Trial& a, const Trial& b) {
    return a.score != b.score ? a.score > b.score : a.gain > b.gain;
  });
  TermWeightedValue best;
  double sum = 0;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    sum += trials[i].gain;
    if (i + 1 < trials.size() && trials[i + 1].score == trials[i].score) continue;
    const double value = sum / static_cast<double>(queries);
    if (value > best.value) best = {value, trials[i].score};
  }
  return best;
}

}  // namespace pairalign::stats

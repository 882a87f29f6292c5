#include "stats/entropy.hpp"

#include <cmath>
#include <numeric>

namespace pairalign::stats {

double entropy_bits(const std::vector<std::uint64_t>& counts) {
  const double total =
      static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
  double sum = 0;
  for (const std::uint64_t count : counts) {
    if (count == 0) continue;
    const double p = static_cast<double>(count) / total;
    sum -= p * std::log2(p);
  }
  return sum;
}

}  // namespace pairalign::stats

// Means, medians and quantiles.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

namespace pairalign::stats {

/// A mean and a median (of an even number of values: the mean of the two in the middle).
struct Centre {
  double mean = 0;
  double median = 0;
};

inline Centre centre(std::vector<double> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  const std::size_t half = values.size() / 2;
  const double median = values.size() % 2 ? values[half] : (values[half - 1] + values[half]) / 2;
  return {sum / static_cast<double>(values.size()), median};
}

/// A quantile of sorted values, without interpolation.
template <class Value>
Value quantile(const std::vector<Value>& sorted, double share) {
  return sorted[static_cast<std::size_t>(
      std::lround(share * static_cast<double>(sorted.size() - 1)))];
}

}  // namespace pairalign::stats

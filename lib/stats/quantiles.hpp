// Means, medians and quantiles.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

namespace pairalign::stats {

/// The median of sorted values; of an even number of them, the mean of the two in the middle.
template <class Value>
double median(const std::vector<Value>& sorted) {
  const std::size_t half = sorted.size() / 2;
  return sorted.size() % 2 ? sorted[half] : (double{sorted[half - 1]} + sorted[half]) / 2;
}

struct Centre {
  double mean = 0;
  double median = 0;
};

inline Centre centre(std::vector<double> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  return {sum / static_cast<double>(values.size()), median(values)};
}

/// A quantile of sorted values, without interpolation.
template <class Value>
Value quantile(const std::vector<Value>& sorted, double share) {
  return sorted[static_cast<std::size_t>(
      std::lround(share * static_cast<double>(sorted.size() - 1)))];
}

}  // namespace pairalign::stats

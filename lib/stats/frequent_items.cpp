#include "stats/frequent_items.hpp"

#include <algorithm>

namespace pairalign::stats {

FrequentItems::FrequentItems(std::size_t capacity) : capacity_(capacity) {}

void FrequentItems::add(std::uint64_t item) {
  ++counts_[item];
  if (counts_.size() > capacity_) shrink();
}

void FrequentItems::shrink() {
  std::vector<std::uint64_t> values;
  values.reserve(counts_.size());
  for (const auto& [item, count] : counts_)
    values.push_back(count);
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  const std::uint64_t median = *middle;
  error_ += median;
  for (auto it = counts_.begin(); it != counts_.end();) {
    if (it->second <= median) {
      it = counts_.erase(it);
    } else {
      it->second -= median;
      ++it;
    }
  }
}

std::vector<FrequentItems::Counted> FrequentItems::top(std::size_t n) const {
  std::vector<Counted> all;
  all.reserve(counts_.size());
  for (const auto& [item, count] : counts_)
    all.push_back({item, count});
  const auto end = all.begin() + static_cast<std::ptrdiff_t>(std::min(n, all.size()));
  std::partial_sort(all.begin(), end, all.end(), [](const Counted& a, const Counted& b) {
    return a.count != b.count ? a.count > b.count : a.item < b.item;
  });
  all.erase(end, all.end());
  return all;
}

}  // namespace pairalign::stats

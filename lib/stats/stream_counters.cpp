#include "stats/stream_counters.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "base/hash.hpp"

namespace pairalign::stats {

void StringTotals::add(const tokens::Record& record) {
  ++records;
  tokens += record.tokens.size();
  if (record.seconds >= 0) {
    seconds += record.seconds;
    timed_tokens += record.tokens.size();
  }
  for (const tokens::Token token : record.tokens) {
    if (token >= counts.size()) counts.resize(token + std::size_t{1}, 0);
    ++counts[token];
  }
}

std::size_t StringTotals::distinct_tokens() const {
  return counts.size() - static_cast<std::size_t>(std::count(counts.begin(), counts.end(), 0));
}

double StringTotals::token_entropy() const {
  const auto total = static_cast<double>(tokens);
  double sum = 0;
  for (const std::uint64_t count : counts) {
    if (count == 0) continue;
    const double p = static_cast<double>(count) / total;
    sum -= p * std::log2(p);
  }
  return sum;
}

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

void CollisionCounter::add(std::string_view key, Span<const tokens::Token> string) {
  if (string.empty()) return;
  const Entry entry{hash64(string.data(), string.size_bytes()), hash64(key.data(), key.size())};
  if (!sampled(entry)) return;
  entries_.push_back(entry);
  while (entries_.size() > capacity_) {
    sampling_ *= 2;
    entries_.erase(std::remove_if(entries_.begin(), entries_.end(),
                                  [this](const Entry& e) { return !sampled(e); }),
                   entries_.end());
  }
}

Collisions CollisionCounter::count() const {
  std::vector<Entry> sorted = entries_;
  std::sort(sorted.begin(), sorted.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.string_hash, a.key_hash) < std::tie(b.string_hash, b.key_hash);
  });
  Collisions result;
  result.sampling = sampling_;
  for (std::size_t i = 0; i < sorted.size();) {
    std::size_t keys = 1;
    std::size_t j = i + 1;
    for (; j < sorted.size() && sorted[j].string_hash == sorted[i].string_hash; ++j) {
      keys += sorted[j].key_hash != sorted[j - 1].key_hash;
    }
    if (keys > 1) {
      result.strings += sampling_;
      result.keys += keys * sampling_;
    }
    i = j;
  }
  return result;
}

void RateSeries::add(double seconds, std::uint64_t tokens) {
  if (stretches_.empty() || stretches_.back().records == records_each_) {
    if (stretches_.size() == kMaxStretches) {
      for (std::size_t i = 0; i < kMaxStretches / 2; ++i) {
        const Stretch& a = stretches_[2 * i];
        const Stretch& b = stretches_[2 * i + 1];
        stretches_[i] = {a.records + b.records, a.seconds + b.seconds, a.tokens + b.tokens};
      }
      stretches_.resize(kMaxStretches / 2);
      records_each_ *= 2;
    }
    stretches_.emplace_back();
  }
  Stretch& last = stretches_.back();
  ++last.records;
  last.seconds += seconds;
  last.tokens += tokens;
}

}  // namespace pairalign::stats

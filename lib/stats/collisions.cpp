#include "stats/collisions.hpp"

#include <algorithm>
#include <tuple>

#include "base/hash.hpp"

namespace pairalign::stats {

CollisionCounter::CollisionCounter(std::size_t capacity) : capacity_(capacity) {}

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

}  // namespace pairalign::stats

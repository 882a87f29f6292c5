// The most frequent items of a stream, in bounded memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace pairalign::stats {

/// Misra and Gries (1982), in the batched form of Anderson et al., "A High-Performance Algorithm
/// for Identifying Frequent Items in Data Streams" (2017): counters are exact until there are more
/// distinct items than `capacity`; then the median count is subtracted from all and those that
/// reach zero are dropped. Any item more frequent than `error()` is still there.
class FrequentItems {
 public:
  explicit FrequentItems(std::size_t capacity);

  void add(std::uint64_t item);

  struct Counted {
    std::uint64_t item;
    std::uint64_t count;  ///< at most the true count, at least the true count − error()
  };
  /// The `n` items with the highest counts; equal counts by item, ascending.
  std::vector<Counted> top(std::size_t n) const;

  /// 0: every count is exact.
  std::uint64_t error() const { return error_; }

 private:
  void shrink();

  std::size_t capacity_;
  std::uint64_t error_ = 0;
  std::unordered_map<std::uint64_t, std::uint64_t> counts_;
};

}  // namespace pairalign::stats

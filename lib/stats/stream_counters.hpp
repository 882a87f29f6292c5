// What is counted along a stream of token strings, in bounded memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/span.hpp"
#include "tokens/record.hpp"

namespace pairalign::stats {

/// Sums over records, and how often each token occurs; at most half a megabyte.
struct StringTotals {
  std::uint64_t records = 0;
  std::uint64_t tokens = 0;
  double seconds = 0;                 ///< of the records with a duration
  std::uint64_t timed_tokens = 0;     ///< likewise
  std::vector<std::uint64_t> counts;  ///< by token, as far as tokens were seen

  void add(const tokens::Record& record);
  std::size_t distinct_tokens() const;
  /// Entropy of the token frequencies, in bits; 0 if there are none.
  double token_entropy() const;
};

/// The most frequent items of a stream. Misra and Gries (1982), in the batched form of Anderson et
/// al., "A High-Performance Algorithm for Identifying Frequent Items in Data Streams" (2017):
/// counters are exact until there are more distinct items than `capacity`; then the median count is
/// subtracted from all and those that reach zero are dropped. Any item more frequent than `error()`
/// is still there.
class FrequentItems {
 public:
  explicit FrequentItems(std::size_t capacity) : capacity_(capacity) {}

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

/// Recordings that yielded exactly the same string.
struct Collisions {
  std::uint64_t strings = 0;  ///< non-empty strings shared by several keys
  std::uint64_t keys = 0;     ///< keys that have one of them
  /// 1: exact. N: counted on the strings with one in N hash values and scaled up.
  std::uint64_t sampling = 1;
};

/// Counts collisions from 64-bit hashes of string and key, 16 bytes a record. Beyond `capacity`
/// records, only strings whose hash ends in zero bits are kept (distinct sampling: Gibbons 2001),
/// one bit more each time the memory fills; all records of a kept string stay together.
class CollisionCounter {
 public:
  explicit CollisionCounter(std::size_t capacity) : capacity_(capacity) {}

  void add(std::string_view key, Span<const tokens::Token> string);
  Collisions count() const;

 private:
  struct Entry {
    std::uint64_t string_hash;
    std::uint64_t key_hash;
  };
  bool sampled(const Entry& entry) const { return (entry.string_hash & (sampling_ - 1)) == 0; }

  std::size_t capacity_;
  std::uint64_t sampling_ = 1;
  std::vector<Entry> entries_;
};

/// Some consecutive records.
struct Stretch {
  std::uint64_t records = 0;
  double seconds = 0;
  std::uint64_t tokens = 0;
};

/// How the token rate changes along a stream: sums over stretches with the same number of records.
/// When there are `kMaxStretches` of them, neighbours are merged in pairs.
class RateSeries {
 public:
  static constexpr std::size_t kMaxStretches = 256;

  void add(double seconds, std::uint64_t tokens);
  /// Oldest first; the last one may hold fewer records.
  const std::vector<Stretch>& stretches() const { return stretches_; }

 private:
  std::uint64_t records_each_ = 1;
  std::vector<Stretch> stretches_;
};

}  // namespace pairalign::stats

// Recordings that yielded exactly the same string.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/span.hpp"
#include "tokens/record.hpp"

namespace pairalign::stats {

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
  explicit CollisionCounter(std::size_t capacity);

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

}  // namespace pairalign::stats

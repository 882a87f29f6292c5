// Checks pages of a segment against their checksums when they are first needed.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace pairalign::archive {

/// For reading small parts of a large section, where checking all of it first would take longer
/// than the reading. A page is hashed once, in a quarter of a microsecond. Safe to share between
/// threads.
class PageCheck {
 public:
  /// `size` bytes at `data`, which is the beginning of a page; `sums` as from page_sums, one for
  /// each page. Both must outlive it.
  PageCheck(const unsigned char* data, std::size_t size, const std::uint32_t* sums);

  /// Whether the pages that hold bytes [begin, end), counted from `data`, match their checksums.
  bool sound(std::size_t begin, std::size_t end) const;

  /// Whether `sound` has ever returned false.
  bool damage_seen() const { return damage_seen_.load(std::memory_order_relaxed); }

 private:
  enum State : std::uint8_t { kUnknown, kSound, kDamaged };
  State look_at(std::size_t page) const;

  const unsigned char* data_;
  std::size_t size_;
  const std::uint32_t* sums_;
  mutable std::vector<std::atomic<std::uint8_t>> states_;
  mutable std::atomic<bool> damage_seen_{false};
};

}  // namespace pairalign::archive

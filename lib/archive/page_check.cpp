#include "archive/page_check.hpp"

#include <algorithm>

#include "archive/section_list.hpp"
#include "archive/segment_format.hpp"

namespace pairalign::archive {

PageCheck::PageCheck(const unsigned char* data, std::size_t size, const std::uint32_t* sums)
    : data_(data), size_(size), sums_(sums), states_(page_count(size)) {}

// Two threads may check the same page, with the same result.
PageCheck::State PageCheck::look_at(std::size_t page) const {
  const std::size_t at = page * kPageBytes;
  const bool same = page_sum(data_ + at, std::min(kPageBytes, size_ - at)) == sums_[page];
  const State state = same ? kSound : kDamaged;
  states_[page].store(state, std::memory_order_relaxed);
  return state;
}

bool PageCheck::sound(std::size_t begin, std::size_t end) const {
  for (std::size_t page = begin / kPageBytes; page * kPageBytes < end; ++page) {
    std::uint8_t state = states_[page].load(std::memory_order_relaxed);
    if (state == kUnknown) state = look_at(page);
    if (state == kSound) continue;
    damage_seen_.store(true, std::memory_order_relaxed);
    return false;
  }
  return true;
}

}  // namespace pairalign::archive

#include "archive/pair_index.hpp"

#include <algorithm>

namespace pairalign::archive {

PairPostings make_pair_postings(Span<const tokens::Token> tokens, Span<const std::uint32_t> ends) {
  constexpr std::size_t kListLength = 64;
  int bits = 8;
  while (bits < 15 && (kListLength << bits) < tokens.size())
    ++bits;
  struct List {
    std::uint32_t last = 0;  // block, plus 1
    std::string steps;
  };
  std::vector<List> lists(std::size_t{1} << bits);
  for (std::size_t record = 0; record + 1 < ends.size(); ++record) {
    for (std::size_t i = ends[record]; i + 1 < ends[record + 1]; ++i) {
      const auto block = static_cast<std::uint32_t>(i / kPairBlockTokens + 1);
      List& list = lists[pair_bucket(tokens[i], tokens[i + 1], bits)];
      if (list.last == block) continue;
      append_varint(block - list.last, list.steps);
      list.last = block;
    }
  }
  PairPostings postings;
  for (const List& list : lists) {
    postings.lists.push_back(static_cast<std::uint32_t>(postings.pairs.size()));
    postings.pairs += list.steps;
  }
  postings.lists.push_back(static_cast<std::uint32_t>(postings.pairs.size()));
  return postings;
}

// Two threads may check the same page, with the same result.
bool PageCheck::sound(std::uint64_t begin, std::uint64_t end) const {
  for (std::size_t page = (begin - begin_) / kPageBytes; begin_ + page * kPageBytes < end; ++page) {
    std::uint8_t state = states_[page].load(std::memory_order_relaxed);
    if (state == kUnknown) {
      const std::uint64_t at = begin_ + page * kPageBytes;
      const std::size_t size = std::min<std::uint64_t>(kPageBytes, end_ - at);
      state = page_sum(file_ + at, size) == sums_[page] ? kSound : kDamaged;
      states_[page].store(state, std::memory_order_relaxed);
    }
    if (state == kSound) continue;
    damage_seen_.store(true, std::memory_order_relaxed);
    return false;
  }
  return true;
}

PairIndex::PairIndex(const Section& lists, const Section& pairs, const PageCheck& pages,
                     std::uint64_t tokens)
    : lists_(lists),
      pairs_(pairs),
      pages_(&pages),
      blocks_(static_cast<std::size_t>((tokens + kPairBlockTokens - 1) / kPairBlockTokens)) {
  while ((sizeof(std::uint32_t) << (bits_ + 1)) < lists.size)
    ++bits_;
}

bool PairIndex::sizes_fit(std::uint64_t list_bytes) {
  const std::uint64_t buckets = list_bytes / sizeof(std::uint32_t) - 1;
  return list_bytes >= 3 * sizeof(std::uint32_t) && list_bytes % sizeof(std::uint32_t) == 0 &&
         (buckets & (buckets - 1)) == 0 && buckets <= std::uint64_t{1} << 31;
}

PairIndex::Slice PairIndex::slice(std::uint32_t bucket) const {
  const auto* starts = reinterpret_cast<const std::uint32_t*>(lists_.data);  // 8-byte aligned
  const std::size_t end = std::min<std::size_t>(starts[bucket + 1], pairs_.size);
  return {std::min<std::size_t>(starts[bucket], end), end};
}

bool PairIndex::sound(std::uint32_t bucket) const {
  const std::uint64_t starts = lists_.offset + bucket * sizeof(std::uint32_t);
  const Slice bytes = slice(bucket);
  return pages_->sound(starts, starts + 2 * sizeof(std::uint32_t)) &&
         pages_->sound(pairs_.offset + bytes.begin, pairs_.offset + bytes.end);
}

}  // namespace pairalign::archive

#include "archive/pair_index.hpp"

#include <algorithm>

namespace pairalign::archive {
namespace {

constexpr int kMinBits = 8;
constexpr int kMaxBits = 15;

// State of a bucket while postings are counted, then written.
struct Bucket {
  std::uint32_t last = 0;  // block, plus 1
  std::uint32_t at = 0;
};

// Calls visit(bucket, difference from the previous block) for each posting.
template <class Visit>
void for_each_posting(Span<const tokens::Token> tokens, Span<const std::uint32_t> ends, int bits,
                      std::vector<Bucket>& buckets, Visit visit) {
  for (std::size_t record = 0; record + 1 < ends.size(); ++record) {
    for (std::size_t i = ends[record]; i + 1 < ends[record + 1]; ++i) {
      const auto block = static_cast<std::uint32_t>(i / kPairBlockTokens + 1);
      Bucket& bucket = buckets[pair_bucket(tokens[i], tokens[i + 1], bits)];
      if (bucket.last == block) continue;
      visit(bucket, block - bucket.last);
      bucket.last = block;
    }
  }
}

// Without branches, which would be mispredicted half of the time.
std::uint32_t varint_size(std::uint32_t value) {
  return 1U + (value >> 7 != 0) + (value >> 14 != 0) + (value >> 21 != 0) + (value >> 28 != 0);
}

// Like append_varint, into bytes that are already there.
void write_varint(std::uint32_t value, unsigned char* bytes) {
  if (value >= 1U << 14) {
    for (; value >= 0x80; value >>= 7)
      *bytes++ = static_cast<unsigned char>(value | 0x80);
    *bytes = static_cast<unsigned char>(value);
    return;
  }
  const bool two = value >= 0x80;
  unsigned char nowhere;
  unsigned char* const second = two ? bytes + 1 : &nowhere;
  *second = static_cast<unsigned char>(value >> 7);
  *bytes = static_cast<unsigned char>(value | (two ? 0x80 : 0));
}

}  // namespace

int pair_bucket_bits(std::size_t tokens) {
  constexpr std::size_t kListLength = 64;
  int bits = kMinBits;
  while (bits < kMaxBits && (kListLength << bits) < tokens)
    ++bits;
  return bits;
}

PairPostings make_pair_postings(Span<const tokens::Token> tokens, Span<const std::uint32_t> ends,
                                int bits) {
  PairPostings postings;
  const std::size_t count = std::size_t{1} << bits;
  std::vector<Bucket> buckets(count);
  for_each_posting(tokens, ends, bits, buckets,
                   [](Bucket& bucket, std::uint32_t step) { bucket.at += varint_size(step); });
  postings.lists.reserve(count + 1);
  std::uint32_t end = 0;
  for (Bucket& bucket : buckets) {
    postings.lists.push_back(end);
    end += bucket.at;
    bucket = {0, postings.lists.back()};
  }
  postings.lists.push_back(end);
  postings.pairs.resize(end);
  auto* const bytes = reinterpret_cast<unsigned char*>(postings.pairs.data());
  for_each_posting(tokens, ends, bits, buckets, [bytes](Bucket& bucket, std::uint32_t step) {
    write_varint(step, bytes + bucket.at);
    bucket.at += varint_size(step);
  });
  return postings;
}

PageCheck::PageCheck(const unsigned char* file, std::uint64_t begin, std::uint64_t end,
                     const std::uint32_t* sums)
    : file_(file), begin_(begin), end_(end), sums_(sums), states_(page_count(end - begin)) {}

// Two threads may check the same page, with the same result.
PageCheck::State PageCheck::look_at(std::size_t page) const {
  const std::uint64_t at = begin_ + page * kPageBytes;
  const std::size_t size = std::min<std::uint64_t>(kPageBytes, end_ - at);
  const State state = page_sum(file_ + at, size) == sums_[page] ? kSound : kDamaged;
  states_[page].store(state, std::memory_order_relaxed);
  return state;
}

bool PageCheck::sound(std::uint64_t begin, std::uint64_t end) const {
  for (std::size_t page = (begin - begin_) / kPageBytes; begin_ + page * kPageBytes < end; ++page) {
    std::uint8_t state = states_[page].load(std::memory_order_relaxed);
    if (state == kUnknown) state = look_at(page);
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

std::size_t PairIndex::list_bytes(std::uint32_t bucket) const {
  const Slice bytes = slice(bucket);
  return bytes.end - bytes.begin;
}

PairList PairIndex::list(std::uint32_t bucket) const {
  const Slice bytes = slice(bucket);
  return {pairs_.data + bytes.begin, pairs_.data + bytes.end, blocks_};
}

bool PairIndex::sound(std::uint32_t bucket) const {
  const std::uint64_t starts = lists_.offset + bucket * sizeof(std::uint32_t);
  const Slice bytes = slice(bucket);
  return pages_->sound(starts, starts + 2 * sizeof(std::uint32_t)) &&
         pages_->sound(pairs_.offset + bytes.begin, pairs_.offset + bytes.end);
}

}  // namespace pairalign::archive

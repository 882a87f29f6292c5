// Postings of token pairs: the blocks of a segment in which one token follows another.
//
// A search uses them as a filter (search/pair_filter.hpp). A pair is two adjacent tokens of one
// record, in order. The tokens of a segment are cut into blocks of kPairBlockTokens regardless of
// record boundaries; a pair belongs to the block of its first token. Pairs are hashed to at most
// 2^15 buckets; the list of a bucket contains each block with a pair of that bucket once, in
// ascending order.
//
// Measured on 10 M tokens of the shipped model's bigrams: 12.5 bits per token. Blocks of 32 would
// take 11.4 and of 64 10.3, but let more through by chance; 2^19 buckets would take 14.7, and twice
// the time to build because the tables no longer fit the L2 cache. Pairs at a distance of two in
// addition: 25.6, with which searches down to a score of 0.55 are as fast as without them down to
// 0.6. Rejected: single tokens (more than half of all blocks of 16 contain enough of them for the
// tenth best hit by chance); longer n-grams (with an edit at every third token none is left);
// Golomb codes (some 10 bits, by calculation, but each takes several times as long to read).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "archive/segment_format.hpp"
#include "archive/varint.hpp"
#include "base/span.hpp"
#include "tokens/record.hpp"

namespace pairalign::archive {

constexpr std::size_t kPairBlockTokens = 16;
/// A segment with fewer tokens is fast to scan and gets no postings.
constexpr std::size_t kMinIndexedTokens = std::size_t{1} << 15;

/// The bucket of `first` followed by `second`. Multiplicative hashing (Knuth): the upper bits
/// depend on the whole pair.
inline std::uint32_t pair_bucket(tokens::Token first, tokens::Token second, int bits) {
  const std::uint64_t pair = std::uint64_t{first} << 16 | second;
  return static_cast<std::uint32_t>((pair * 0x9e3779b97f4a7c15ULL) >> (64 - bits));
}

/// The two sections.
struct PairPostings {
  std::vector<std::uint32_t> lists;
  std::string pairs;
};

/// `ends`: 0, then where each record ends in `tokens`.
PairPostings make_pair_postings(Span<const tokens::Token> tokens, Span<const std::uint32_t> ends);

/// Iterates over the blocks of one list, in ascending order. Damaged bytes give wrong blocks, but
/// always below `blocks`; PairIndex::sound detects the damage.
class PairList {
 public:
  /// Value of `block` after the last one.
  static constexpr std::size_t kEnd = ~std::size_t{0};

  PairList(const unsigned char* begin, const unsigned char* end, std::size_t blocks)
      : bytes_(begin, end), blocks_(blocks) {
    advance();
  }

  std::size_t block() const { return block_; }

  void advance() {
    if (bytes_.left() == 0) {
      block_ = kEnd;
      return;
    }
    block_ += bytes_.varint();
    if (block_ >= blocks_) {
      block_ = kEnd;
      bytes_ = ByteReader(nullptr, nullptr);
    }
  }

 private:
  ByteReader bytes_;
  std::size_t blocks_;
  std::size_t block_ = kEnd;  // that is −1: the first step, block number plus 1, leads to the block
};

/// Checks pages of a segment against their checksums when they are first needed: for reading small
/// parts of a large section, where checking all of it first would take longer than the reading. A
/// page is hashed once, in a quarter of a microsecond. Safe to share between threads.
class PageCheck {
 public:
  /// The pages of bytes [begin, end) of a mapped file; `sums`: the page_sum of each page. File and
  /// sums must outlive it.
  PageCheck(const unsigned char* file, std::uint64_t begin, std::uint64_t end,
            const std::uint32_t* sums)
      : file_(file), begin_(begin), end_(end), sums_(sums), states_(page_count(end - begin)) {}

  /// Whether the pages that hold bytes [begin, end) of the file match their checksums.
  bool sound(std::uint64_t begin, std::uint64_t end) const;

  /// Whether `sound` has ever returned false.
  bool damage_seen() const { return damage_seen_.load(std::memory_order_relaxed); }

 private:
  enum State : std::uint8_t { kUnknown, kSound, kDamaged };

  const unsigned char* file_;
  std::uint64_t begin_, end_;
  const std::uint32_t* sums_;
  mutable std::vector<std::atomic<std::uint8_t>> states_;
  mutable std::atomic<bool> damage_seen_{false};
};

/// The postings of a segment, mapped.
class PairIndex {
 public:
  /// No postings.
  PairIndex() = default;
  /// The caller has checked the size of `lists` with `sizes_fit`.
  PairIndex(const Section& lists, const Section& pairs, const PageCheck& pages,
            std::uint64_t tokens);

  static bool sizes_fit(std::uint64_t list_bytes);

  bool present() const { return lists_.data != nullptr; }
  std::size_t blocks() const { return blocks_; }
  int bits() const { return bits_; }

  /// Bytes of a list: about one per block for a frequent pair, two for a rare one.
  std::size_t list_bytes(std::uint32_t bucket) const {
    const Slice bytes = slice(bucket);
    return bytes.end - bytes.begin;
  }
  PairList list(std::uint32_t bucket) const {
    const Slice bytes = slice(bucket);
    return {pairs_.data + bytes.begin, pairs_.data + bytes.end, blocks_};
  }
  /// Whether the bytes that the list is read from match their checksums.
  bool sound(std::uint32_t bucket) const;

 private:
  struct Slice {
    std::size_t begin, end;
  };
  Slice slice(std::uint32_t bucket) const;

  Section lists_, pairs_;
  const PageCheck* pages_ = nullptr;
  std::size_t blocks_ = 0;
  int bits_ = 0;
};

}  // namespace pairalign::archive

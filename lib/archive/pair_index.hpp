// Postings of token pairs: in which stretches of a segment two tokens follow one another.
//
// A search filters with them (search/pair_filter.hpp). A pair is two neighbouring tokens of one
// record, in their order. The tokens of a segment, whatever records they belong to, are cut into
// blocks of kPairBlockTokens; a pair lies in the block of its first token. Pairs are hashed to at
// most 2^15 buckets; a bucket's list names each block with a pair of that bucket once, in ascending
// order.
//
//   section     content
//   pair lists  u32 × (B + 1): where the list of each bucket begins in the pairs, and their end;
//               B is a power of two
//   pairs       lists: block numbers, the first plus 1 and then the differences, as varints
//
// Measured on 10 M tokens of the shipped model's bigrams, bits per token: 12.5. Blocks of 32 would
// take 11.4 and of 64 10.3, and let more through by chance; 2^19 buckets 14.7, and twice the time
// to make, for tables that no longer fit the second cache. Pairs at a distance of two
// besides: 25.6, with which searches down to a score of 0.55 are as fast as without them down to
// 0.6. Rejected: single tokens (blocks of 16 with enough of them for the tenth best hit by chance
// are more than half of all); longer sequences (with an edit at each third token none is left);
// Golomb codes (some 10 bits, by calculation, and each takes several times as long to read).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "archive/page_check.hpp"
#include "archive/varint.hpp"
#include "base/span.hpp"
#include "tokens/record.hpp"

namespace pairalign::archive {

constexpr std::size_t kPairBlockTokens = 16;
/// A segment with fewer tokens is scanned in no time, and gets no postings.
constexpr std::size_t kMinIndexedTokens = std::size_t{1} << 15;

/// Bits of the numbers of buckets, for a segment of that many tokens.
int pair_bucket_bits(std::size_t tokens);

/// The bucket of `first` with `second` behind it. A multiplicative hash (Knuth): its upper bits
/// depend on all of the pair.
inline std::uint32_t pair_bucket(tokens::Token first, tokens::Token second, int bits) {
  const std::uint64_t pair = std::uint64_t{first} << 16 | second;
  return static_cast<std::uint32_t>((pair * 0x9e3779b97f4a7c15ULL) >> (64 - bits));
}

/// The two sections.
struct PairPostings {
  std::vector<std::uint32_t> lists;
  std::string pairs;
};

/// `ends`: 0, and where each record ends in `tokens`.
PairPostings make_pair_postings(Span<const tokens::Token> tokens, Span<const std::uint32_t> ends,
                                int bits);

/// The blocks of one list, in ascending order. Bytes that are not a list give other blocks, below
/// `blocks` all the same: PairIndex::sound is there to notice that.
class PairList {
 public:
  /// What `block` is behind the last one.
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
  std::size_t block_ = kEnd;  // so that the first step, which is at least 1, leads to block 0
};

/// The postings of a segment, mapped.
class PairIndex {
 public:
  /// No postings.
  PairIndex() = default;
  /// Where the sections are, counted from what `pages` checks. The list offsets are at a multiple
  /// of 4; the caller has checked the sizes with `sizes_fit`.
  struct Place {
    const unsigned char* data;
    std::size_t lists, list_bytes;
    std::size_t pairs, pair_bytes;
  };
  PairIndex(const Place& place, const PageCheck& pages, std::uint64_t tokens);

  static bool sizes_fit(std::uint64_t list_bytes);

  bool present() const { return lists_ != nullptr; }
  std::size_t blocks() const { return blocks_; }
  int bits() const { return bits_; }

  /// Bytes of a list: about one for each block of a frequent pair, two of a rare one.
  std::size_t list_bytes(std::uint32_t bucket) const;
  PairList list(std::uint32_t bucket) const;
  /// Whether the bytes that the list is read from agree with their checksums.
  bool sound(std::uint32_t bucket) const;

 private:
  struct Slice {
    std::size_t begin, end;
  };
  Slice slice(std::uint32_t bucket) const;

  Place place_{};
  const PageCheck* pages_ = nullptr;
  const std::uint32_t* lists_ = nullptr;
  std::size_t blocks_ = 0;
  int bits_ = 0;
};

}  // namespace pairalign::archive

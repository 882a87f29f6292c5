#include "search/window_counts.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/multiversion.hpp"

namespace pairalign::search {
namespace {

using archive::kPairBlockTokens;
using archive::PairList;

// Blocks processed at a time: their counts stay in the L1 cache.
constexpr std::size_t kTileBlocks = std::size_t{1} << 14;
constexpr std::size_t kLanes = 64;

using Counts = std::uint8_t __attribute__((vector_size(kLanes)));

// Sets bytes of `passes` where the `first_width + i` counts from there on sum to at least
// `needed[i]` for some i. Reads `size` counts plus all widths; `size` is a multiple of kLanes.
PAIRALIGN_MULTIVERSION
void compare_windows(const std::uint8_t* counts, std::size_t size, std::size_t first_width,
                     const std::uint8_t* needed, std::size_t widths, std::uint8_t* passes) {
  for (std::size_t j = 0; j < size; j += kLanes) {
    Counts sum{}, passed{}, next;
    const auto add = [&](std::size_t k) {
      std::memcpy(&next, counts + j + k, sizeof next);
      const Counts room = ~sum;
      sum += next < room ? next : room;
    };
    for (std::size_t k = 0; k + 1 < first_width; ++k)
      add(k);
    for (std::size_t i = 0; i < widths; ++i) {
      add(first_width - 1 + i);
      passed |= static_cast<Counts>(sum >= needed[i]);
    }
    std::memcpy(passes + j, &passed, sizeof passed);
  }
}

// Appends a range, or joins it to the last one if they touch. Ranges come in ascending order.
void append(const BlockRange& range, std::vector<BlockRange>& ranges) {
  if (!ranges.empty() && range.first <= ranges.back().last) {
    ranges.back().last = std::max(ranges.back().last, range.last);
  } else {
    ranges.push_back(range);
  }
}

// Appends the blocks from `base` on whose byte is set; returns their number.
std::size_t collect(const std::vector<std::uint8_t>& passes, std::size_t base, std::size_t blocks,
                    std::vector<BlockRange>& ranges) {
  const std::size_t size = std::min(passes.size(), blocks - base);
  std::size_t count = 0;
  for (std::size_t j = 0; j < size; j += sizeof(std::uint64_t)) {
    std::uint64_t word;
    std::memcpy(&word, passes.data() + j, sizeof word);
    if (word == 0) continue;
    for (std::size_t i = j; i < std::min(size, j + sizeof word); ++i) {
      if (passes[i] == 0) continue;
      append({base + i, base + i + 1}, ranges);
      ++count;
    }
  }
  return count;
}

// Adds the entries of a list before block `limit` to `counts`, which begins with block `base`.
void count(PairBlocks& blocks, std::size_t base, std::size_t limit, std::uint8_t* counts) {
  for (PairList& list = blocks.list; list.block() < limit; list.advance()) {
    std::uint8_t& entry = counts[list.block() - base];
    const std::uint32_t sum = entry + blocks.pairs;
    entry = static_cast<std::uint8_t>(sum | (0U - (sum >> 8)));  // at most 255
  }
}

// An entry of one of the lists.
struct Entry {
  std::size_t block;
  std::size_t pairs;
};

// Appends where windows of `width` blocks whose entries sum to at least `needed` begin: for each
// first entry, late enough to reach the entry that completes the sum.
void slide(const std::vector<Entry>& entries, std::size_t width, std::size_t needed,
           std::vector<BlockRange>& ranges) {
  std::size_t end = 0, sum = 0;  // sum over entries [first, end)
  for (std::size_t first = 0; first < entries.size(); ++first) {
    while (end < entries.size() && sum < needed)
      sum += entries[end++].pairs;
    if (sum < needed) return;
    const std::size_t from = entries[first].block;
    const std::size_t to = entries[end - 1].block;
    if (to - from < width) ranges.push_back({to < width ? 0 : to - width + 1, from + 1});
    sum -= entries[first].pairs;
  }
}

}  // namespace

std::optional<std::vector<BlockRange>> add_up_windows(std::vector<PairBlocks> lists,
                                                      const WindowNeeds& needs,
                                                      const BlockRange& within,
                                                      std::size_t longest_match,
                                                      double max_tokens) {
  std::vector<BlockRange> ranges;
  const std::size_t overlap = needs.first_width + needs.needed.size();
  std::vector<std::uint8_t> counts(kTileBlocks + overlap + kLanes), passes(kTileBlocks);
  for (PairBlocks& blocks : lists) {
    while (blocks.list.block() < within.first)
      blocks.list.advance();
  }
  std::size_t passed = 0;
  for (std::size_t base = within.first; base < within.last; base += kTileBlocks) {
    for (PairBlocks& list : lists)
      count(list, base, base + kTileBlocks + overlap, counts.data());
    compare_windows(counts.data(), kTileBlocks, needs.first_width, needs.needed.data(),
                    needs.needed.size(), passes.data());
    passed += collect(passes, base, within.last, ranges);
    const auto tokens =
        static_cast<double>(passed * kPairBlockTokens + ranges.size() * longest_match);
    const std::size_t blocks_read = std::min(base + kTileBlocks, within.last) - within.first;
    const auto read = static_cast<double>(blocks_read * kPairBlockTokens);
    if (max_tokens < 1 && tokens > read * max_tokens) return std::nullopt;
    std::copy_n(counts.begin() + kTileBlocks, overlap, counts.begin());
    std::fill(counts.begin() + static_cast<std::ptrdiff_t>(overlap), counts.end(), 0);
  }
  return ranges;
}

std::vector<BlockRange> sort_windows(std::vector<PairBlocks> lists, const WindowNeeds& needs) {
  std::vector<Entry> entries;
  for (PairBlocks& blocks : lists) {
    for (PairList& list = blocks.list; list.block() != PairList::kEnd; list.advance())
      entries.push_back({list.block(), blocks.pairs});
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.block < b.block; });
  std::vector<BlockRange> found, ranges;
  for (std::size_t i = 0; i < needs.needed.size(); ++i)
    slide(entries, needs.first_width + i, needs.needed[i], found);
  std::sort(found.begin(), found.end(),
            [](const BlockRange& a, const BlockRange& b) { return a.first < b.first; });
  for (const BlockRange& range : found)
    append(range, ranges);
  return ranges;
}

}  // namespace pairalign::search

#include "search/pair_filter.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <tuple>
#include <utility>

#include "base/multiversion.hpp"

namespace pairalign::search {
namespace {

using archive::kPairBlockTokens;
using archive::PairIndex;
using archive::PairList;

// Counts saturate at 255. More pairs than this are never required, which is safe: requiring fewer
// only filters less.
constexpr std::size_t kMaxNeeded = 250;
constexpr std::uint32_t kMaxPairs = 255;
// A match may be this many times as long as the query; scores that allow more need a scan.
constexpr std::size_t kMaxStretch = 8;

// Measured costs in ns; they decide the plan but not what is found.
constexpr double kPostingCost = 2;
constexpr double kSortedCost = 20;  // of a posting, if they are sorted
constexpr double kBytesPerPosting = 1.5;
constexpr double kListCost = 15;  // each time it is resumed: every kBlocksAtOnce blocks
constexpr double kBlocksAtOnce = 1 << 14;
constexpr double kBlockCost = 0.03;  // for each block of the widest window
constexpr double kWindowCost = 400;  // fetching what passes
constexpr double kTokenCost = 1.3;   // comparing it
constexpr double kScanCost = 1;      // of a token in a full scan
// Above this fraction of all tokens, one full scan is cheaper than many short ones.
constexpr double kWorthwhilePart = 0.3;

// Number of blocks that hold the first tokens of all pairs of a match of this many tokens, wherever
// in the first block it begins.
constexpr std::size_t width_of(std::size_t match_tokens) {
  const std::size_t starts = std::max<std::size_t>(match_tokens, 2) - 1;
  return (starts + kPairBlockTokens - 2) / kPairBlockTokens + 1;
}

// The probability of `least` or more where `mean` are expected (Poisson).
double chance_of_at_least(std::size_t least, double mean) {
  if (mean >= static_cast<double>(least)) return 1;
  double term = std::exp(-mean);
  for (std::size_t i = 1; i <= least; ++i)
    term *= mean / static_cast<double>(i);
  double sum = 0;
  for (std::size_t i = least + 1; term > 1e-3 * sum; ++i) {
    sum += term;
    term *= mean / static_cast<double>(i);
  }
  return sum;
}

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

// Finds matches of one query within one bound.
class PairFilter {
 public:
  PairFilter(Span<const Token> query, Mode mode, const DistanceBound& bound, bool always)
      : query_(query), always_(always), first_width_(width_of(query.size())) {
    const std::size_t m = query.size();
    if (m < 2) return;
    for (std::size_t tokens = 1; tokens <= kMaxStretch * m; ++tokens) {
      const std::optional<std::size_t> most = bound(mode == Mode::infix ? m : std::max(m, tokens));
      if (!most || tokens > m + *most) break;
      possible_ = tokens < kMaxStretch * m;
      if (tokens + *most < m) continue;
      longest_match_ = tokens;
      const auto columns = static_cast<std::ptrdiff_t>(std::max(m, tokens));
      const auto edits = static_cast<std::ptrdiff_t>(*most);
      const std::size_t width = std::max(width_of(tokens), first_width_) - first_width_;
      if (needs_.size() <= width) needs_.resize(width + 1, columns);
      needs_[width] = std::min(needs_[width], columns - 1 - 2 * edits);
    }
    if (!bound(m)) possible_ = true;  // and nothing can match
  }

  std::optional<PairMatches> find(const PairIndex& index, const BlockRange& within) const {
    if (!possible_) return std::nullopt;
    if (longest_match_ == 0) return PairMatches();
    std::vector<Pair> pairs = pairs_by_size(index);
    const Plan plan = best_plan(index, pairs);
    if (plan.pairs == 0) return std::nullopt;

    pairs.resize(plan.pairs);
    std::vector<PairBlocks> lists;  // each list once, with the number of query pairs in it
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      const bool again = i > 0 && pairs[i].bucket == pairs[i - 1].bucket;
      if (!again && !index.sound(pairs[i].bucket)) return std::nullopt;
      if (!again) lists.push_back({index.list(pairs[i].bucket), 0});
      lists.back().pairs = std::min(lists.back().pairs + 1, kMaxPairs);
    }
    const WindowNeeds needs = window_needs(plan);
    if (plan.sorted) return PairMatches{sort_windows(std::move(lists), needs), longest_match_};
    auto ranges = add_up_windows(std::move(lists), needs, within, longest_match_,
                                 always_ ? 1 : kWorthwhilePart);
    if (!ranges) return std::nullopt;
    return PairMatches{std::move(*ranges), longest_match_};
  }

 private:
  struct Plan {
    std::size_t pairs = 0;  // number looked up, those with the shortest lists first
    bool sorted = false;    // entries are to be sorted, not added up
    double cost = 0;        // in ns
  };
  struct Pair {
    std::uint32_t bucket;
    std::size_t list_bytes;
  };

  // The pairs of the query, those with the shortest lists first.
  std::vector<Pair> pairs_by_size(const PairIndex& index) const {
    std::vector<Pair> pairs;
    for (std::size_t i = 0; i + 1 < query_.size(); ++i) {
      const std::uint32_t bucket = archive::pair_bucket(query_[i], query_[i + 1], index.bits());
      pairs.push_back({bucket, index.list_bytes(bucket)});
    }
    std::sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) {
      return std::tie(a.list_bytes, a.bucket) < std::tie(b.list_bytes, b.bucket);
    });
    return pairs;
  }

  WindowNeeds window_needs(const Plan& plan) const {
    const std::size_t left_out = query_.size() - 1 - plan.pairs;
    WindowNeeds needs{first_width_, {}};
    for (const std::ptrdiff_t need : needs_) {
      const std::size_t needed = static_cast<std::size_t>(need) - left_out;
      needs.needed.push_back(static_cast<std::uint8_t>(std::min(needed, kMaxNeeded)));
    }
    return needs;
  }

  // The cost of comparing the spans that pass by chance, if pairs were spread evenly.
  double chance_cost(const PairIndex& index, double postings, const Plan& plan) const {
    const WindowNeeds needs = window_needs(plan);
    const auto blocks = static_cast<double>(index.blocks());
    double chance = 0;
    for (std::size_t i = 0; i < needs.needed.size(); ++i) {
      const auto width = static_cast<double>(first_width_ + i);
      chance = std::max(chance, chance_of_at_least(needs.needed[i], postings / blocks * width));
    }
    const auto tokens = static_cast<double>(longest_match_ + kPairBlockTokens * first_width_);
    // Windows that pass overlap: of those that hold the same pairs, about half pass.
    const double windows = blocks * chance * 2 / static_cast<double>(first_width_);
    return windows * (kWindowCost + tokens * kTokenCost);
  }

  Plan best_plan(const PairIndex& index, const std::vector<Pair>& pairs) const {
    const double scan_cost = kScanCost * static_cast<double>(index.blocks() * kPairBlockTokens);
    Plan best{0, false, always_ ? std::numeric_limits<double>::max() : scan_cost};
    const std::ptrdiff_t least = *std::min_element(needs_.begin(), needs_.end());
    if (least < 1) return best;
    // With as many pairs left out as still leave one required.
    const std::size_t fewest = query_.size() - std::min<std::size_t>(query_.size(), least);
    const auto blocks = static_cast<double>(index.blocks());
    const auto widest = static_cast<double>(first_width_ + needs_.size());
    const double tiles = std::ceil(blocks / kBlocksAtOnce);
    std::size_t bytes = 0, next = fewest;
    for (std::size_t count = 1; count <= pairs.size(); ++count) {
      bytes += pairs[count - 1].list_bytes;
      if (count < next) continue;
      next += 1 + (count - fewest) / 4;
      Plan plan{count, false, 0};
      const double postings = static_cast<double>(bytes) / kBytesPerPosting;
      const auto lists = static_cast<double>(count);
      const double sorting = lists * kListCost + postings * kSortedCost;
      plan.cost =
          blocks * widest * kBlockCost + lists * tiles * kListCost + postings * kPostingCost;
      plan.sorted = sorting < plan.cost;
      plan.cost = std::min(plan.cost, sorting);
      if (plan.cost < best.cost) plan.cost += chance_cost(index, postings, plan);
      if (plan.cost < best.cost) best = plan;
    }
    return best;
  }

  Span<const Token> query_;
  bool always_;
  bool possible_ = false;
  std::size_t longest_match_ = 0;
  std::size_t first_width_;  // blocks that a match of up to m tokens may lie in
  // By width − first_width_: the least number of pairs of a match that needs that many blocks.
  std::vector<std::ptrdiff_t> needs_;
};

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

std::optional<PairMatches> find_by_pairs(const PairIndex& index, const BlockRange& within,
                                         Span<const Token> query, Mode mode,
                                         const DistanceBound& bound, bool always) {
  return PairFilter(query, mode, bound, always).find(index, within);
}

}  // namespace pairalign::search

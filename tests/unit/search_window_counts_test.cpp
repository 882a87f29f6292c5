#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "archive/varint.hpp"
#include "base/random.hpp"
#include "search/pair_filter.hpp"

using namespace pairalign;
using namespace pairalign::search;
using archive::PairList;

namespace {

struct List {
  std::vector<std::size_t> blocks;
  std::string bytes;
  std::uint32_t pairs;
};

// Blocks lie close together in clusters, some of which are at the edges of what is counted at once.
List random_list(std::size_t blocks, const std::vector<std::size_t>& clusters, Random& random) {
  std::set<std::size_t> chosen;
  for (auto n = random.below(40); n > 0; --n) {
    const std::size_t near = clusters[random.below(clusters.size())] + random.below(12);
    chosen.insert(std::min(blocks - 1, random.chance(0.5) ? near : random.below(blocks)));
  }
  List list{{chosen.begin(), chosen.end()}, {}, static_cast<std::uint32_t>(1 + random.below(3))};
  std::size_t previous = ~std::size_t{0};
  for (const std::size_t block : list.blocks) {
    archive::append_varint(block - previous, list.bytes);
    previous = block;
  }
  return list;
}

std::vector<PairBlocks> readers(const std::vector<List>& lists, std::size_t blocks) {
  std::vector<PairBlocks> result;
  for (const List& list : lists) {
    const auto* begin = reinterpret_cast<const unsigned char*>(list.bytes.data());
    result.push_back({PairList(begin, begin + list.bytes.size(), blocks), list.pairs});
  }
  return result;
}

std::vector<std::size_t> slow_windows(const std::vector<List>& lists, const WindowNeeds& needs,
                                      std::size_t blocks) {
  std::vector<std::size_t> counts(blocks + needs.first_width + needs.needed.size());
  for (const List& list : lists) {
    for (const std::size_t block : list.blocks)
      counts[block] += list.pairs;
  }
  std::vector<std::size_t> begins;
  for (std::size_t begin = 0; begin < blocks; ++begin) {
    bool passes = false;
    for (std::size_t i = 0; i < needs.needed.size(); ++i) {
      std::size_t sum = 0;
      for (std::size_t k = 0; k < needs.first_width + i; ++k)
        sum += counts[begin + k];
      passes = passes || sum >= needs.needed[i];
    }
    if (passes) begins.push_back(begin);
  }
  return begins;
}

std::vector<std::size_t> blocks_of(const std::vector<BlockRange>& ranges) {
  std::vector<std::size_t> blocks;
  for (const BlockRange& range : ranges) {
    for (std::size_t block = range.first; block < range.last; ++block)
      blocks.push_back(block);
  }
  return blocks;
}

}  // namespace

TEST_CASE("both ways of counting find the windows that adding up by hand finds") {
  Random random(5);
  for (int round = 0; round < 200; ++round) {
    const std::size_t blocks = 1 + random.below(round % 2 == 0 ? 300 : 50000);
    std::vector<std::size_t> clusters{0, 16380, 32760, blocks > 6 ? blocks - 6 : 0};
    for (int i = 0; i < 3; ++i)
      clusters.push_back(random.below(blocks));
    std::vector<List> lists;
    for (auto n = random.below(20); n > 0; --n)
      lists.push_back(random_list(blocks, clusters, random));
    WindowNeeds needs{1 + random.below(9), {}};
    for (auto n = 1 + random.below(5); n > 0; --n)
      needs.needed.push_back(static_cast<std::uint8_t>(1 + random.below(round % 3 == 0 ? 4 : 20)));
    const std::vector<std::size_t> expected = slow_windows(lists, needs, blocks);
    const auto added = add_up_windows(readers(lists, blocks), needs, {0, blocks}, 1, 1);
    REQUIRE(added);
    REQUIRE(blocks_of(*added) == expected);
    REQUIRE(blocks_of(sort_windows(readers(lists, blocks), needs)) == expected);
    // In two parts, as two threads do it.
    const std::size_t middle = random.below(blocks + 1);
    const auto first = add_up_windows(readers(lists, blocks), needs, {0, middle}, 1, 1);
    const auto last = add_up_windows(readers(lists, blocks), needs, {middle, blocks}, 1, 1);
    REQUIRE(first);
    REQUIRE(last);
    std::vector<std::size_t> both = blocks_of(*first);
    for (const std::size_t block : blocks_of(*last))
      both.push_back(block);
    REQUIRE(both == expected);
  }
}

TEST_CASE("counts beyond a byte stay at the most it holds") {
  List list{{3}, std::string(1, 4), 255};
  const std::vector<List> lists(3, list);
  const auto ranges = add_up_windows(readers(lists, 10), {1, {255}}, {0, 10}, 1, 1);
  REQUIRE(ranges);
  CHECK(blocks_of(*ranges) == std::vector<std::size_t>{3});
}

TEST_CASE("adding up ends when too much passes") {
  Random random(6);
  std::vector<List> lists;
  for (int i = 0; i < 40; ++i)
    lists.push_back(random_list(100, {0, 20, 40, 60}, random));
  CHECK_FALSE(add_up_windows(readers(lists, 100), {4, {1}}, {0, 100}, 50, 0.3));
}

TEST_CASE("a damaged list gives no blocks beyond the last") {
  const std::string bytes = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x02";
  const auto* begin = reinterpret_cast<const unsigned char*>(bytes.data());
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    int steps = 0;
    for (PairList list(begin, begin + size, 10); list.block() != PairList::kEnd; list.advance()) {
      REQUIRE(list.block() < 10);
      REQUIRE(++steps < 20);
    }
  }
}

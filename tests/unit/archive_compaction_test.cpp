// How many segments appends leave, and how often a record is rewritten; and files that a writer
// could not delete.
#include <algorithm>
#include <cmath>
#include <fstream>

#include <doctest/doctest.h>

#include "archive_folder.hpp"

using namespace pairalign;
using namespace pairalign::archive;

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kFull = std::uint64_t{1} << 60;

// As sizes of files go: what frames them, what grows with tokens, and postings for the larger.
SegmentEntry segment_of(std::uint64_t records, std::uint64_t tokens) {
  SegmentEntry entry;
  entry.records = records;
  entry.tokens = tokens;
  entry.bytes = 200 + 10 * records + tokens + (tokens > 5000 ? tokens / 2 : 0);
  return entry;
}

struct Appended {
  std::size_t most_segments = 0;
  std::uint64_t records = 0;
  std::uint64_t tokens = 0;
  std::uint64_t tokens_rewritten = 0;
};

template <class Draw>
Appended append_many(std::size_t count, Draw draw) {
  Appended all;
  std::vector<SegmentEntry> segments;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t records = draw();
    segments.push_back(segment_of(records, 30 * records));
    all.records += records;
    all.tokens += segments.back().tokens;
    if (const auto range = segments_to_rewrite(segments, kFull)) {
      std::uint64_t joined_records = 0, joined_tokens = 0;
      for (std::size_t s = range->first; s < range->last; ++s) {
        joined_records += segments[s].records;
        joined_tokens += segments[s].tokens;
      }
      all.tokens_rewritten += joined_tokens;
      const auto first = segments.begin() + static_cast<std::ptrdiff_t>(range->first);
      segments.erase(first, segments.begin() + static_cast<std::ptrdiff_t>(range->last));
      segments.insert(segments.begin() + static_cast<std::ptrdiff_t>(range->first),
                      segment_of(joined_records, joined_tokens));
    }
    all.most_segments = std::max(all.most_segments, segments.size());
  }
  return all;
}

}  // namespace

TEST_CASE("segments grow with the logarithm of the appends") {
  for (const std::size_t count : {10, 300, 3000, 30000}) {
    CAPTURE(count);
    const Appended all = append_many(count, [] { return 10; });
    CHECK(static_cast<double>(all.most_segments) <=
          kCompactionFan + std::log2(static_cast<double>(count)));
    CHECK(static_cast<double>(all.tokens_rewritten) <=
          static_cast<double>(all.tokens) * std::log2(static_cast<double>(count)));
  }
}

TEST_CASE("appends of any sizes leave few segments") {
  Random random(1);
  for (int round = 0; round < 100; ++round) {
    const std::uint64_t most = 1 + random.below(1000);
    const Appended all = append_many(1000, [&] { return 1 + random.below(most); });
    const double doublings = std::log2(static_cast<double>(all.records));
    CHECK(static_cast<double>(all.most_segments) <= kCompactionFan + doublings);
    CHECK(static_cast<double>(all.tokens_rewritten) <= static_cast<double>(all.tokens) * doublings);
  }
}

TEST_CASE("no more than a full segment is rewritten at once") {
  std::vector<SegmentEntry> segments(20, segment_of(10, 300));
  const auto range = segments_to_rewrite(segments, 10 * segments[0].bytes);
  REQUIRE(range);
  CHECK(range->first == 10);
  CHECK(range->last == 20);
  CHECK_FALSE(segments_to_rewrite(segments, 7 * segments[0].bytes));
}

TEST_CASE("what could not be deleted is deleted later") {
  const ScratchFolder scratch;
  const std::string path = scratch / "a.pai";
  Random random(2);
  const auto old = random_entries(random, 10);
  append(path, old);
  const std::string replaced = path + "/" + segment_file(1);
  // A folder in the place of a file cannot be unlinked, not even by root.
  const std::vector<Entry> expected = old;
  {
    ArchiveWriter writer(path);
    writer.remove({});  // maps what is there
    fs::remove(replaced);
    fs::create_directory(replaced);
    for (const Entry& entry : old)
      writer.add(entry.record, entry.source);
    writer.commit();
  }
  for (int more = 0; more < 2; ++more) {
    ArchiveWriter writer(path);
    tokens::Record record;
    record.key = "more" + std::to_string(more);
    writer.add(record);
    writer.commit();
    CHECK(fs::exists(replaced));
    CHECK(writer.strays().empty());
  }
  fs::remove(replaced);
  std::ofstream(replaced) << "any";
  ArchiveWriter(path).merge({});
  CHECK_FALSE(fs::exists(replaced));
  CHECK(Archive::open(path).size() == expected.size() + 2);
}

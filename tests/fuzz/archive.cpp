// The archive reader, search in what it reads, verification and salvage.
//
// An input is a byte of switches and a segment file. What would end nearly every run early is set
// right here, unless a switch says not to: the size in the head, the checksums of pages and head,
// the second copy of the head, and the end mark. The manifest is made to agree with the segment.
#include "archive/archive.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

#include "archive/manifest.hpp"
#include "archive/salvage.hpp"
#include "archive/segment_format.hpp"
#include "archive/summary.hpp"
#include "base/error.hpp"
#include "base/hash.hpp"
#include "harness.hpp"
#include "search/duplicates.hpp"
#include "search/searcher.hpp"

namespace pairalign::fuzz {
namespace {

using namespace pairalign::archive;

enum Switch : unsigned { kAsItIs = 1, kRemoveSome = 2, kDamagedPages = 4 };

// The largest archive whose pairs of records are compared.
constexpr std::size_t kFewRecords = 64;
constexpr std::uint64_t kFewTokens = 1 << 16;

// The checksums of the pages between a first section, which holds them, and the second head.
void set_page_sums_right(std::string& bytes, std::size_t top) {
  SectionRow row;
  std::memcpy(&row, bytes.data() + sizeof(SegmentHead), sizeof row);
  const std::uint64_t end = bytes.size() - sizeof kSegmentEnd - top;
  if (row.kind != kPageSums || row.size > end - top || padded(row.size) > end - top) return;
  const std::uint64_t begin = top + padded(row.size);
  if (row.size != page_count(end - begin) * sizeof(std::uint32_t)) return;
  for (std::uint64_t page = 0; page < page_count(end - begin); ++page) {
    const std::uint64_t at = begin + page * kPageBytes;
    const std::uint64_t hash = hash64(bytes.data() + at, std::min(kPageBytes, end - at));
    std::memcpy(&bytes[top + page * sizeof(std::uint32_t)], &hash, sizeof(std::uint32_t));
  }
}

// Bytes that have no place for a head stay as they are.
SegmentEntry set_right(std::string& bytes, bool pages) {
  SegmentEntry entry;
  SegmentHead head;
  if (bytes.size() < 2 * head_size(0) + sizeof kSegmentEnd) return entry;
  std::memcpy(&head, bytes.data(), sizeof head);
  head.file_size = bytes.size();
  std::memcpy(bytes.data(), &head, sizeof head);
  entry = {1, head.file_size, head.records, head.tokens, 511, 0, {}};
  const std::uint64_t room = (bytes.size() - sizeof kSegmentEnd) / 2;
  if (head.sections > room / sizeof(SectionRow) || head_size(head.sections) > room) return entry;
  const std::size_t top = head_size(head.sections);
  if (pages && head.sections > 0) set_page_sums_right(bytes, top);
  const std::uint64_t hash = hash64(bytes.data(), top - sizeof(std::uint64_t));
  std::memcpy(bytes.data() + top - sizeof hash, &hash, sizeof hash);
  char* end = bytes.data() + bytes.size() - sizeof kSegmentEnd;
  std::memcpy(end, kSegmentEnd, sizeof kSegmentEnd);
  std::memcpy(end - top, bytes.data(), top);
  entry.hash = hash;
  return entry;
}

SegmentEntry entry_of(const std::string& bytes) {
  SegmentHead head{};
  std::memcpy(&head, bytes.data(), std::min(sizeof head, bytes.size()));
  return {1, bytes.size(), head.records, head.tokens, 511, 0, {}};
}

void remove_first(const std::string& folder, SegmentEntry& entry) {
  RemovedFile removed{entry.number, {0}, 0};
  write_file(folder + "/" + removed_file(2), to_bytes(removed));
  entry.removed = {2, 1, std::min<std::uint64_t>(1, entry.tokens), removed.hash};
}

template <class Use>
void try_to(Use use) {
  try {
    use();
  } catch (const Error&) {
  }
}

std::vector<tokens::Record> queries() {
  std::vector<tokens::Record> queries(2);
  for (std::uint16_t t = 1; t <= 12; ++t)
    queries[0].tokens.push_back(t);
  queries[1].tokens.assign(70, 7);
  return queries;
}

void search(const std::vector<Archive>& archives) {
  ThreadPool pool(1);
  const search::Searcher searcher(archives, pool);
  const std::vector<tokens::Record> looked_for = queries();
  for (const auto postings : {search::Postings::never, search::Postings::always}) {
    search::SearchConfig config;
    config.postings = postings;
    config.max_distance = 4;
    try_to([&] {
      for (const auto& hits : searcher.search(looked_for, config)) {
        for (const search::Hit& hit : hits)
          search::time_of(archives[0], hit, config.mode);
      }
    });
  }
  if (archives[0].size() > kFewRecords) return;
  try_to([&] {
    search::find_duplicates(
        archives, {}, pool, [](const search::DuplicatePair&) {}, [](std::size_t) {});
  });
}

void read_records(const Archive& archive) {
  tokens::Record record;
  for (std::size_t i = 0; i < archive.size(); ++i) {
    try_to([&] { archive.record(i, record); });
    try_to([&] { archive.source(i); });
  }
}

void use(const std::string& folder) {
  std::vector<Archive> archives;
  archives.push_back(Archive::open(folder));
  read_records(archives[0]);
  try_to([&] { summarise(archives[0]); });
  if (archives[0].token_total() <= kFewTokens) search(archives);
}

}  // namespace
}  // namespace pairalign::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pairalign::fuzz;
  if (size == 0) return 0;
  static const ScratchFolder scratch;
  scratch.empty();
  std::string bytes(as_text(data + 1, size - 1));
  SegmentEntry entry =
      (data[0] & kAsItIs) != 0 ? entry_of(bytes) : set_right(bytes, (data[0] & kDamagedPages) == 0);
  const std::string folder = scratch / "a.pai";
  write_file(folder + "/" + segment_file(1), bytes);
  if ((data[0] & kRemoveSome) != 0) remove_first(folder, entry);
  Manifest manifest;
  manifest.next_file = 3;
  manifest.segments = {entry};
  write_file(folder + "/" + kManifestFile, to_text(manifest));
  try_to([&] { use(folder); });
  Archive::verify(folder);
  try_to([&] { salvage(folder, scratch / "b.pai"); });
  return 0;
}

// What a check says of a damaged archive, and what a salvage saves of it.
#include <algorithm>
#include <cstring>

#include <doctest/doctest.h>
#include <sys/resource.h>

#include "archive/salvage.hpp"
#include "archive/segment_format.hpp"
#include "archive_folder.hpp"
#include "base/error.hpp"
#include "base/file.hpp"

using namespace pairalign;
using namespace pairalign::archive;

namespace {

namespace fs = std::filesystem;

tokens::Header known_header() {
  tokens::Header header;
  header.model = "0123456789abcdef";
  header.tokenizer = "vq";
  header.vocabulary = 512;
  return header;
}

// Two segments of 600 records, one of each coding, over some pages each; a few records removed.
std::vector<Entry> large_archive(const std::string& path) {
  Random random(1);
  std::vector<Entry> all;
  for (const TokenCoding coding : {TokenCoding::fixed, TokenCoding::entropy}) {
    auto entries = random_entries(random, 600);
    for (Entry& entry : entries) {
      for (tokens::Token& token : entry.record.tokens)
        token = static_cast<tokens::Token>(token % 8);
    }
    WriterOptions options;
    options.coding = coding;
    ArchiveWriter writer(path, known_header(), options);
    for (const Entry& entry : entries)
      writer.add(entry.record, entry.source);
    writer.commit();
    all.insert(all.end(), entries.begin(), entries.end());
  }
  ArchiveWriter writer(path);
  for (const std::size_t i : {700, 40, 3}) {
    writer.remove({all[i].record.key});
    all.erase(all.begin() + static_cast<std::ptrdiff_t>(i));
  }
  writer.commit();
  return all;
}

// Whether `part` is `whole` with some entries left out.
bool is_subsequence(const std::vector<Entry>& part, const std::vector<Entry>& whole) {
  auto at = whole.begin();
  for (const Entry& entry : part) {
    at = std::find(at, whole.end(), entry);
    if (at == whole.end()) return false;
    ++at;
  }
  return true;
}

void flip(const std::string& file, std::size_t at) {
  std::string bytes = read_file(file);
  bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
  write_text(file, bytes);
}

struct Case {
  ScratchFolder scratch;
  std::string path = scratch / "a.pai";
  std::string first = path + "/segment-000001";
  std::string second = path + "/segment-000002";
  std::string target = scratch / "saved.pai";
  std::vector<Entry> entries = large_archive(path);
};

}  // namespace

TEST_CASE("a sound archive is saved whole") {
  const Case c;
  const SalvageReport report = salvage(c.path, c.target);
  CHECK(report.complete());
  CHECK(report.damages.empty());
  CHECK(report.saved == c.entries.size());
  CHECK(contents(c.target) == c.entries);
  CHECK(Archive::open(c.target).header() == known_header());
  CHECK_THROWS_AS(salvage(c.path, c.target), Error);
  CHECK_THROWS_AS(salvage(c.scratch / "none", c.scratch / "b.pai"), Error);
  CHECK_FALSE(fs::exists(c.scratch / "b.pai"));
}

TEST_CASE("a change of any byte costs at most what is read from its page, and check says which") {
  const Case c;
  Random random(2);
  const std::string good[] = {read_file(c.first), read_file(c.second)};
  std::uint64_t lost = 0;
  std::uint64_t most = 0;
  for (int round = 0; round < 150; ++round) {
    const std::string& file = round % 2 == 0 ? c.first : c.second;
    flip(file, random.below(good[round % 2].size()));
    const std::vector<Error> damages = Archive::verify(c.path);
    REQUIRE(damages.size() == 1);
    REQUIRE(damages[0].subject() == file);
    const SalvageReport report = salvage(c.path, c.target);
    REQUIRE_FALSE(report.damages.empty());
    REQUIRE(report.saved + report.lost == c.entries.size());
    const std::vector<Entry> saved = contents(c.target);
    REQUIRE(saved.size() == report.saved);
    REQUIRE(is_subsequence(saved, c.entries));
    lost += report.lost;
    most = std::max(most, report.lost);
    fs::remove_all(c.target);
    write_text(file, good[round % 2]);
  }
  MESSAGE("lost by a byte: " << static_cast<double>(lost) / 150 << " records on average, " << most
                             << " at most");
  CHECK(lost > 0);
  CHECK(lost < 150 * 250);
  CHECK(contents(c.path) == c.entries);
}

TEST_CASE("a damaged head is made good from the other") {
  const Case c;
  const std::size_t size = read_file(c.first).size();
  SegmentHead head;
  std::memcpy(&head, read_file(c.first).data(), sizeof head);
  const std::size_t top = head_size(head.sections);
  for (const std::size_t at : {std::size_t{0}, std::size_t{20}, std::size_t{44}, top - 1,
                               size - sizeof kSegmentEnd - top, size - 1}) {
    flip(c.first, at);
    const SalvageReport report = salvage(c.path, c.target);
    CHECK(report.damages.size() == 1);
    CHECK(report.complete());
    CHECK(contents(c.target) == c.entries);
    fs::remove_all(c.target);
    flip(c.first, at);
  }
  flip(c.first, 20);
  flip(c.first, size - sizeof kSegmentEnd - 1);
  const SalvageReport report = salvage(c.path, c.target);
  CHECK(report.lost == 598);
  CHECK(report.saved == 599);
}

TEST_CASE("without a manifest the segments tell the model, and what is removed stays removed") {
  const Case c;
  SUBCASE("damaged") {
    flip(c.path + "/manifest", 5);
  }
  SUBCASE("lost") {
    fs::remove(c.path + "/manifest");
  }
  const SalvageReport report = salvage(c.path, c.target);
  CHECK(report.damages.size() == 1);
  CHECK(report.complete());
  CHECK(contents(c.target) == c.entries);
  CHECK(Archive::open(c.target).header() == known_header());
}

TEST_CASE("a lost segment is counted, a lost list of removed records brings them back") {
  const Case c;
  SUBCASE("segment") {
    fs::remove(c.second);
    const SalvageReport report = salvage(c.path, c.target);
    CHECK(report.lost == 599);
    CHECK(contents(c.target) == std::vector<Entry>(c.entries.begin(), c.entries.begin() + 598));
  }
  SUBCASE("removed records") {
    flip(c.path + "/removed-000003", 33);
    const SalvageReport report = salvage(c.path, c.target);
    CHECK(report.complete());
    REQUIRE(report.damages.size() == 1);
    CHECK(report.saved == c.entries.size() + 2);
    CHECK(is_subsequence(c.entries, contents(c.target)));
  }
  SUBCASE("segment without a manifest to say how many") {
    fs::remove(c.path + "/manifest");
    write_text(c.second, "");
    const SalvageReport report = salvage(c.path, c.target);
    CHECK(report.unknown_segments == 1);
    CHECK_FALSE(report.complete());
    CHECK(report.saved == 598);
  }
}

TEST_CASE("of a segment cut anywhere, what stands before the cut is saved") {
  const Case c;
  const std::string bytes = read_file(c.first);
  std::uint64_t before = 0;
  for (std::size_t length = 0; length < bytes.size(); length += 1009) {
    write_text(c.first, bytes.substr(0, length));
    const SalvageReport report = salvage(c.path, c.target);
    REQUIRE(report.saved + report.lost == c.entries.size());
    REQUIRE(report.saved >= before);
    REQUIRE(is_subsequence(contents(c.target), c.entries));
    before = report.saved;
    fs::remove_all(c.target);
  }
  CHECK(before > 800);
}

TEST_CASE("a head that claims a much larger file costs no memory") {
  const Case c;
  std::string head = read_file(c.first);
  SegmentHead fields;
  std::memcpy(&fields, head.data(), sizeof fields);
  head.resize(head_size(fields.sections));
  fields.file_size = std::uint64_t{1} << 30;
  std::memcpy(head.data(), &fields, sizeof fields);
  const std::size_t hashed = head.size() - sizeof(std::uint64_t);
  const std::uint64_t hash = hash64(head.data(), hashed);
  std::memcpy(head.data() + hashed, &hash, sizeof hash);
  write_text(c.first, head);
  fs::remove(c.path + "/manifest");
  rusage before{}, after{};
  ::getrusage(RUSAGE_SELF, &before);
  const SalvageReport report = salvage(c.path, c.target);
  ::getrusage(RUSAGE_SELF, &after);
  CHECK(report.unknown_segments == 1);
  CHECK(after.ru_maxrss - before.ru_maxrss < 100 << 10);  // KiB
}

TEST_CASE("any damage at all: what is saved is as it was, and the rest is counted") {
  Random random(3);
  for (int round = 0; round < 100; ++round) {
    const Case c;
    bool manifest_changed = false;
    bool file_lost = false;
    for (std::uint64_t edits = 1 + random.below(4); edits > 0; --edits) {
      const char* const names[] = {"manifest", "segment-000001", "segment-000002",
                                   "removed-000003"};
      const std::string file = c.path + "/" + names[random.below(4)];
      if (!fs::exists(file)) continue;
      manifest_changed = manifest_changed || file == c.path + "/manifest";
      std::string bytes = read_file(file);
      const std::size_t at = random.below(bytes.size() + 1);
      const std::size_t length = std::min(random.below(9000), bytes.size() - at);
      if (random.chance(0.1)) {
        fs::remove(file);
        file_lost = true;
        continue;
      }
      if (random.chance(0.3)) {
        bytes.resize(at);
      } else {
        for (std::size_t i = at; i < at + length; ++i)
          bytes[i] = random.chance(0.5) ? '\0' : static_cast<char>(random.below(256));
      }
      write_text(file, bytes);
    }
    const SalvageReport report = salvage(c.path, c.target);
    const std::vector<Entry> saved = contents(c.target);
    REQUIRE(saved.size() == report.saved);
    REQUIRE(Archive::verify(c.target).empty());
    // Removed ones may be back.
    std::size_t known = 0;
    for (const Entry& entry : c.entries)
      known += std::find(saved.begin(), saved.end(), entry) != saved.end();
    REQUIRE(saved.size() <= known + 3);
    // Only a manifest can tell of files that are not there at all.
    const bool all_known = !(manifest_changed && file_lost);
    if (report.complete() && all_known) REQUIRE(known == c.entries.size());
    if (report.damages.empty()) REQUIRE(saved == c.entries);
  }
}

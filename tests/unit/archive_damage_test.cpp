// Archives that were cut, changed or fought over.
#include <cstring>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "archive/salvage.hpp"
#include "archive/segment_format.hpp"
#include "archive_folder.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/hash.hpp"

using namespace pairalign;
using namespace pairalign::archive;

namespace {

// Reads all there is in every way; whatever is wrong must show as an Error.
void read_everything(const std::string& path) {
  const Archive archive = Archive::open(path);
  tokens::Record record;
  for (std::size_t i = 0; i < archive.size(); ++i) {
    try {
      archive.record(i, record);
      archive.source(i);
    } catch (const Error&) {
    }
  }
}

bool opens(const std::string& path) {
  try {
    read_everything(path);
    return true;
  } catch (const Error&) {
    return false;
  }
}

// A small archive that has every kind of section but those of large segments: a segment of each
// coding, the first with a removed record.
std::vector<Entry> small_archive(const std::string& path) {
  Random random(1);
  std::vector<Entry> all;
  for (const TokenCoding coding : {TokenCoding::fixed, TokenCoding::entropy}) {
    auto entries = random_entries(random, 6);
    entries[0].record.tokens = {1, 2, 511};
    entries[0].record.starts_ms = {0, 80, 100000};
    entries[0].source = Source{1, 2, 3};
    if (coding == TokenCoding::entropy) {
      entries[5].record.tokens.assign(500, 77);
      entries[5].record.starts_ms.clear();
    }
    WriterOptions options;
    options.coding = coding;
    append(path, entries, options);
    all.insert(all.end(), entries.begin(), entries.end());
  }
  REQUIRE(Archive::open(path).segment(1).coding() == TokenCoding::entropy);
  ArchiveWriter writer(path);
  writer.remove({all[2].record.key});
  writer.commit();
  all.erase(all.begin() + 2);
  return all;
}

const char* const kFiles[] = {"manifest", "segment-000001", "segment-000002", "removed-000003"};

}  // namespace

TEST_CASE("an archive whose file is cut anywhere does not open") {
  const ScratchFolder scratch;
  const std::string path = scratch / "a.pai";
  const std::vector<Entry> entries = small_archive(path);
  for (const char* name : kFiles) {
    const std::string file = path + "/" + name;
    const std::string bytes = read_file(file);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      write_text(file, bytes.substr(0, length));
      REQUIRE_THROWS_AS(Archive::open(path), Error);
      REQUIRE_FALSE(Archive::verify(path).empty());
    }
    write_text(file, bytes + '\0');
    REQUIRE_THROWS_AS(Archive::open(path), Error);
    write_text(file, bytes);
  }
  CHECK(contents(path) == entries);
}

TEST_CASE("a change of any bit is found by verify, and never harms a reader") {
  const ScratchFolder scratch;
  const std::string path = scratch / "a.pai";
  const std::vector<Entry> entries = small_archive(path);
  for (const char* name : kFiles) {
    const std::string file = path + "/" + name;
    const std::string bytes = read_file(file);
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      for (const int change : {0x01, 0x20, 0x80, 0xff}) {
        std::string changed = bytes;
        changed[at] = static_cast<char>(changed[at] ^ change);
        write_text(file, changed);
        opens(path);
        const std::vector<Error> damages = Archive::verify(path);
        REQUIRE(damages.size() == 1);
        REQUIRE(damages[0].subject() == file);
      }
    }
    write_text(file, bytes);
  }
  CHECK(contents(path) == entries);
}

TEST_CASE("lying contents under right checksums never make a reader leave the file") {
  const ScratchFolder scratch;
  const std::string path = scratch / "a.pai";
  small_archive(path);
  const std::string file = path + "/segment-000001";
  const std::string sealed[] = {read_file(file), read_file(path + "/segment-000002")};
  Random random(2);
  int opened = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string changed = sealed[round % 2];
    for (std::uint64_t edits = 1 + random.below(3); edits > 0; --edits) {
      const std::size_t at = random.below(changed.size());
      changed[at] = random.chance(0.3) ? '\xff' : static_cast<char>(random.below(256));
    }
    // Seal it again as a builder would.
    SegmentHead head;
    std::memcpy(&head, changed.data(), sizeof head);
    if (head.sections > 20) continue;
    const std::size_t top = head_size(head.sections);
    const std::uint64_t hash = hash64(changed.data(), top - sizeof hash);
    std::memcpy(&changed[top - sizeof hash], &hash, sizeof hash);
    changed.replace(changed.size() - sizeof kSegmentEnd - top, top, changed, 0, top);
    // In memory, where a sanitizer sees the first byte that is read outside.
    const std::vector<unsigned char> bytes(changed.begin(), changed.end());
    try {
      const Segment segment(file, bytes);
      ++opened;
      tokens::Record record;
      for (std::size_t i = 0; i < segment.size(); ++i) {
        try {
          segment.record(i, record);
          segment.source(i);
          segment.bytes_of(i);
        } catch (const Error&) {
        }
      }
      SegmentDamage(Segment(file, bytes)).describe();
      try {
        std::vector<tokens::Token> values;
        std::vector<std::size_t> ends;
        segment.append_tokens(0, segment.size(), values, ends);
      } catch (const Error&) {
      }
    } catch (const Error&) {
    }
  }
  CHECK(opened > 1000);
}

TEST_CASE("a missing or exchanged segment is named") {
  const ScratchFolder scratch;
  const std::string path = scratch / "a.pai";
  small_archive(path);
  const std::string first = path + "/segment-000001";
  const std::string second = path + "/segment-000002";
  write_text(first, read_file(second));
  CHECK_THROWS_WITH_AS(Archive::open(path),
                       (first + ": damaged: not the segment that the manifest describes").c_str(),
                       Error);
  std::filesystem::remove(first);
  std::filesystem::remove(second);
  CHECK(Archive::verify(path).size() == 2);
}

TEST_CASE("one writer at a time, and readers are not disturbed") {
  const ScratchFolder scratch;
  const std::string path = scratch / "a.pai";
  const std::vector<Entry> entries = small_archive(path);
  const std::string taken =
      path +
      ": another process is writing to this archive; try again when it is done, "
      "or wait for it with --wait SECONDS";
  Random random(4);
  auto expected = entries;
  const auto late = random_entries(random, 3);
  ArchiveWriter second(path);  // not locked until there is something to write
  for (const Entry& entry : late)
    second.add(entry.record, entry.source);
  {
    ArchiveWriter writer(path);
    writer.remove({});
    CHECK_THROWS_WITH_AS(second.commit(), taken.c_str(), Error);
    CHECK_THROWS_WITH_AS(ArchiveWriter(path).merge({}), taken.c_str(), Error);
    const pid_t child = ::fork();
    if (child == 0) {
      try {
        ArchiveWriter(path).remove({});
      } catch (const Error& error) {
        ::_exit(error.what() == taken ? 0 : 1);
      }
      ::_exit(2);
    }
    int status = -1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    CHECK(contents(path) == entries);
  }
  // What another committed meanwhile is kept, and so is what could not be committed at first.
  const auto early = random_entries(random, 3);
  append(path, early);
  second.commit();
  expected.insert(expected.end(), early.begin(), early.end());
  expected.insert(expected.end(), late.begin(), late.end());
  CHECK(contents(path) == expected);
}

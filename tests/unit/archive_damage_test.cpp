// Archives that were cut, changed, fought over or killed.
#include <fstream>

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "archive/segment_format.hpp"
#include "archive_folder.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/hash.hpp"

using namespace pairalign;
using namespace pairalign::archive;

namespace {

void overwrite(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

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

// A small archive of two appends that has every kind of section.
std::vector<Entry> small_archive(const std::string& path) {
  Random random(1);
  std::vector<Entry> all;
  for (int round = 0; round < 2; ++round) {
    auto entries = random_entries(random, 6);
    entries[0].record.tokens = {1, 2, 511};
    entries[0].record.starts_ms = {0, 80, 100000};
    entries[0].source = Source{1, 2, 3};
    append(path, entries);
    all.insert(all.end(), entries.begin(), entries.end());
  }
  return all;
}

const char* const kFiles[] = {"manifest", "segment-000001", "segment-000002"};

}  // namespace

TEST_CASE("an archive whose file is cut anywhere does not open") {
  const ScratchFolder scratch;
  const std::string path = scratch / "a.pai";
  const std::vector<Entry> entries = small_archive(path);
  for (const char* name : kFiles) {
    const std::string file = path + "/" + name;
    const std::string bytes = read_file(file);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      overwrite(file, bytes.substr(0, length));
      REQUIRE_THROWS_AS(Archive::open(path), Error);
      REQUIRE_FALSE(Archive::verify(path).empty());
    }
    overwrite(file, bytes + '\0');
    REQUIRE_THROWS_AS(Archive::open(path), Error);
    overwrite(file, bytes);
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
        overwrite(file, changed);
        opens(path);
        const std::vector<Error> damages = Archive::verify(path);
        REQUIRE(damages.size() == 1);
        REQUIRE(damages[0].subject() == file);
      }
    }
    overwrite(file, bytes);
  }
  CHECK(contents(path) == entries);
}

TEST_CASE("lying contents under right checksums never make a reader leave the file") {
  const ScratchFolder scratch;
  const std::string path = scratch / "a.pai";
  small_archive(path);
  const std::string file = path + "/segment-000001";
  const std::string bytes = read_file(file);
  Random random(2);
  int opened = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string changed = bytes;
    for (std::uint64_t edits = 1 + random.below(3); edits > 0; --edits) {
      const std::size_t at = random.below(changed.size());
      changed[at] = random.chance(0.3) ? '\xff' : static_cast<char>(random.below(256));
    }
    // Seal it again as a builder would.
    SegmentHead head;
    std::memcpy(&head, changed.data(), sizeof head);
    const std::size_t table_end = sizeof head + head.sections * sizeof(SectionRow);
    if (head.sections > 20) continue;
    const std::uint64_t hash = hash64(changed.data(), table_end);
    std::memcpy(changed.data() + table_end, &hash, sizeof hash);
    overwrite(file, changed);
    try {
      const Segment segment(file);
      ++opened;
      tokens::Record record;
      for (std::size_t i = 0; i < segment.size(); ++i) {
        try {
          segment.record(i, record);
          segment.source(i);
        } catch (const Error&) {
        }
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
  overwrite(first, read_file(second));
  CHECK_THROWS_WITH_AS(Archive::open(path),
                       (first + ": damaged: not the segment that the manifest speaks of").c_str(),
                       Error);
  std::filesystem::remove(first);
  std::filesystem::remove(second);
  CHECK(Archive::verify(path).size() == 2);
}

TEST_CASE("one writer at a time, and readers are not disturbed") {
  const ScratchFolder scratch;
  const std::string path = scratch / "a.pai";
  const std::vector<Entry> entries = small_archive(path);
  const std::string taken = path + ": another process is writing to this archive";
  {
    ArchiveWriter writer(path);
    CHECK_THROWS_WITH_AS(ArchiveWriter{path}, taken.c_str(), Error);
    const pid_t child = ::fork();
    if (child == 0) {
      try {
        ArchiveWriter second(path);
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
  append(path, entries);
  CHECK(Archive::open(path).size() == 2 * entries.size());
}

TEST_CASE("a writer killed at any moment leaves the archive as before or after its append") {
  const ScratchFolder scratch;
  const std::string path = scratch / "a.pai";
  Random random(3);
  const auto entries = random_entries(random, 40);
  WriterOptions options;
  options.segment_bytes = 1500;  // several segments an append
  std::size_t appended = 0;
  int before = 0, after = 0;
  for (int round = 0; round < 60; ++round) {
    const pid_t child = ::fork();
    if (child == 0) {
      for (;;)
        append(path, entries, options);
    }
    ::usleep(static_cast<useconds_t>(random.below(8000)));
    REQUIRE(::kill(child, SIGKILL) == 0);
    REQUIRE(::waitpid(child, nullptr, 0) == child);

    if (!std::filesystem::exists(path + "/manifest")) continue;  // not created yet
    const std::vector<Entry> found = contents(path);
    REQUIRE(found.size() % entries.size() == 0);
    REQUIRE(found.size() / entries.size() >= appended);
    ++(found.size() / entries.size() == appended ? before : after);
    appended = found.size() / entries.size();
    for (std::size_t i = 0; i < found.size(); ++i)
      REQUIRE(found[i] == entries[i % entries.size()]);
    REQUIRE(Archive::verify(path).empty());
  }
  MESSAGE("killed with nothing new: " << before << ", after appends: " << after);
  append(path, entries, options);
  CHECK(Archive::open(path).size() == (appended + 1) * entries.size());
}

// Removing, replacing, merging, and finding what is missing, beside lists that do the same slowly.
#include <algorithm>
#include <fstream>

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <utime.h>

#include "archive/archived_files.hpp"
#include "archive/summary.hpp"
#include "archive_folder.hpp"
#include "base/error.hpp"

using namespace pairalign;
using namespace pairalign::archive;

namespace {

namespace fs = std::filesystem;

std::string path_of(const Entry& entry) {
  return std::string(tokens::split_fragment(entry.record.key).path);
}

// Of few paths and windows, so that keys meet often.
Entry colliding_entry(Random& random) {
  Entry entry = random_entry(random, 512);
  entry.record.key = "talk" + std::to_string(random.below(6));
  if (random.chance(0.6)) {
    entry.record.key =
        tokens::with_fragment(entry.record.key, static_cast<double>(random.below(4)), 5);
  }
  // A path is read once per append, so its records are of one source.
  return entry;
}

std::vector<Entry> colliding_entries(Random& random, std::size_t count) {
  std::vector<Entry> entries;
  std::vector<std::optional<Source>> sources;
  for (int i = 0; i < 6; ++i) {
    sources.emplace_back();
    if (random.chance(0.7)) sources.back() = Source{random.below(2), 5, 1 + random.below(2)};
  }
  for (std::size_t i = 0; i < count; ++i) {
    entries.push_back(colliding_entry(random));
    entries.back().source = sources[static_cast<std::size_t>(path_of(entries.back())[4] - '0')];
  }
  return entries;
}

// What an append leaves of what was there, by the words of NewerRecords.
std::vector<Entry> replaced_by(const std::vector<Entry>& older, const std::vector<Entry>& newer) {
  std::vector<Entry> kept;
  for (const Entry& old : older) {
    const bool goes = std::any_of(newer.begin(), newer.end(), [&](const Entry& entry) {
      if (entry.record.key == old.record.key) return true;
      return path_of(entry) == path_of(old) && entry.source && old.source &&
             !same_contents(*entry.source, *old.source);
    });
    if (!goes) kept.push_back(old);
  }
  for (auto entry = newer.begin(); entry != newer.end(); ++entry) {
    // The last of one key stays.
    const bool goes = std::any_of(entry + 1, newer.end(), [&](const Entry& later) {
      return later.record.key == entry->record.key;
    });
    if (!goes) kept.push_back(*entry);
  }
  return kept;
}

WriterOptions random_options(Random& random) {
  WriterOptions options;
  if (random.chance(0.5)) options.segment_bytes = 1000;
  if (random.chance(0.3)) options.coding = TokenCoding::entropy;
  return options;
}

bool same_records(const std::string& path, const std::vector<Entry>& expected) {
  const Archive archive = Archive::open(path);
  std::uint64_t count = 0;
  for (const Entry& entry : expected)
    count += entry.record.tokens.size();
  return contents(archive) == expected && archive.token_total() == count &&
         summarise(archive).records == expected.size() && Archive::verify(path).empty();
}

std::size_t files_in(const std::string& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

// Manifest, lock, segments and their lists of removed records.
std::size_t files_of(const std::string& path) {
  const Archive archive = Archive::open(path);
  std::size_t files = 2 + archive.segment_count();
  for (std::size_t s = 0; s < archive.segment_count(); ++s)
    files += !archive.removed(s).empty();
  return files;
}

}  // namespace

TEST_CASE("appends, removals and merges do what lists would do") {
  Random random(1);
  for (int round = 0; round < 60; ++round) {
    const ScratchFolder scratch;
    const std::string path = scratch / "a.pai";
    std::vector<Entry> expected;
    append(path, {});
    for (int step = 0; step < 6; ++step) {
      const double kind = random.uniform();
      if (kind < 0.5) {
        const auto entries = colliding_entries(random, random.below(50));
        append(path, entries, random_options(random));
        expected = replaced_by(expected, entries);
      } else if (kind < 0.8) {
        std::vector<std::string> keys;
        for (std::uint64_t n = random.below(4); n > 0; --n)
          keys.push_back(colliding_entry(random).record.key);
        ArchiveWriter writer(path);
        const std::vector<bool> found = writer.remove(keys);
        for (std::size_t k = 0; k < keys.size(); ++k) {
          const auto meant = [&](const Entry& entry) {
            return entry.record.key == keys[k] || path_of(entry) == keys[k];
          };
          REQUIRE(found[k] == std::any_of(expected.begin(), expected.end(), meant));
        }
        REQUIRE(contents(path) == expected);  // nothing shows before the commit
        writer.commit();
        const auto removed = [&](const Entry& entry) {
          return std::any_of(keys.begin(), keys.end(), [&](const std::string& key) {
            return entry.record.key == key || path_of(entry) == key;
          });
        };
        expected.erase(std::remove_if(expected.begin(), expected.end(), removed), expected.end());
        REQUIRE(writer.committed() == expected.size());
      } else {
        ArchiveWriter(path, {}, random_options(random)).merge({});
        const Archive archive = Archive::open(path);
        for (std::size_t s = 0; s < archive.segment_count(); ++s)
          REQUIRE(archive.removed(s).empty());
      }
      REQUIRE(same_records(path, expected));
      REQUIRE(files_in(path) == files_of(path));
    }
  }
}

TEST_CASE("archives merged are as if appended one after the other") {
  Random random(2);
  for (int round = 0; round < 40; ++round) {
    const ScratchFolder scratch;
    const std::string path = scratch / "a.pai";
    std::vector<Entry> expected;
    std::vector<std::string> others;
    for (std::uint64_t n = random.below(4); n > 0; --n) {
      others.push_back(scratch / ("other" + std::to_string(n)));
      append(others.back(), colliding_entries(random, 20));
      append(others.back(), colliding_entries(random, 20), random_options(random));
    }
    if (random.chance(0.7)) {
      const auto entries = colliding_entries(random, 30);
      append(path, entries);
      expected = replaced_by({}, entries);
    }
    for (const std::string& other : others)
      expected = replaced_by(expected, contents(other));
    ArchiveWriter(path).merge(others);
    REQUIRE(same_records(path, expected));
    REQUIRE(Archive::open(path).segment_count() == (expected.empty() ? 0 : 1));
    REQUIRE(files_in(path) == files_of(path));
  }
}

TEST_CASE("the same append twice changes nothing, and a replaced segment is gone") {
  const ScratchFolder scratch;
  const std::string path = scratch / "a.pai";
  Random random(3);
  auto entries = random_entries(random, 100);
  append(path, entries);
  append(path, entries);
  CHECK(contents(path) == entries);
  CHECK(Archive::open(path).segment_count() == 1);
  CHECK(files_in(path) == 3);
  // The same key twice in one append: the last stays.
  Entry changed = entries[4];
  changed.record.seconds = 77;
  entries.push_back(changed);
  auto expected = entries;
  expected.erase(expected.begin() + 4);
  append(path, entries);
  append(path, entries);
  CHECK(contents(path) == expected);
  CHECK(Archive::open(path).segment_count() == 1);
  CHECK(files_in(path) == 4);
  CHECK(summarise(Archive::open(path)).removed.records == 1);
  ArchiveWriter writer(path);
  writer.add(changed.record, changed.source);
  CHECK(writer.commit() == 1);
  CHECK(contents(path) == expected);
  CHECK(summarise(Archive::open(path)).removed.records == 2);
}

TEST_CASE("a file that got shorter leaves no window behind") {
  const ScratchFolder scratch;
  const std::string path = scratch / "a.pai";
  const auto window = [](double start, std::optional<Source> source) {
    Entry entry;
    entry.record.key = tokens::with_fragment("talk.wav", start, start + 3);
    entry.record.tokens = {1};
    entry.source = source;
    return entry;
  };
  append(path, {window(0, Source{9, 1, 5}), window(3, Source{9, 1, 5}), window(6, std::nullopt)});
  append(path, {window(0, Source{4, 2, 6})});
  // That of no known source may be of the file as it is.
  CHECK(contents(path) == std::vector<Entry>{window(6, std::nullopt), window(0, Source{4, 2, 6})});
  // A file only touched is the same file.
  append(path, {window(3, Source{4, 3, 6})});
  CHECK(Archive::open(path).size() == 3);
}

TEST_CASE("a merge that cannot be done changes nothing") {
  const ScratchFolder scratch;
  const std::string path = scratch / "a.pai";
  Random random(4);
  const auto entries = random_entries(random, 10);
  append(path, entries);
  tokens::Header header;
  header.model = "aaaaaaaaaaaaaaaa";
  ArchiveWriter(path, header).commit();
  header.model = "bbbbbbbbbbbbbbbb";
  ArchiveWriter(scratch / "b.pai", header).commit();
  CHECK_THROWS_AS(ArchiveWriter(path).merge({scratch / "b.pai"}), Error);
  CHECK_THROWS_AS(ArchiveWriter(path).merge({scratch / "none"}), Error);
  CHECK(contents(path) == entries);
  CHECK(files_in(path) == 3);
  CHECK_THROWS_AS(ArchiveWriter(scratch / "new.pai").merge({scratch / "none"}), Error);
  CHECK_FALSE(fs::exists(scratch / "new.pai"));
}

TEST_CASE("how tokens are packed stays with the archive") {
  const ScratchFolder scratch;
  const std::string path = scratch / "a.pai";
  WriterOptions entropy;
  entropy.coding = TokenCoding::entropy;
  Random random(5);
  const auto repetitive = [&] {
    auto entries = random_entries(random, 50);
    for (Entry& entry : entries) {
      entry.record.tokens.assign(200, 511);
      for (tokens::Token& token : entry.record.tokens)
        if (random.chance(0.9)) token = static_cast<tokens::Token>(random.below(2));
      entry.record.starts_ms.clear();
    }
    return entries;
  };
  std::vector<Entry> expected = repetitive();
  append(path, expected, entropy);
  const auto more = repetitive();
  append(path, more);
  expected.insert(expected.end(), more.begin(), more.end());
  {
    const Archive archive = Archive::open(path);
    REQUIRE(archive.segment_count() == 2);
    CHECK(archive.segment(0).coding() == TokenCoding::entropy);
    CHECK(archive.segment(1).coding() == TokenCoding::entropy);
    CHECK(archive.segment(1).section(kTokens).size < 50 * 200 * 9 / 8 / 3);
  }
  WriterOptions fixed;
  fixed.coding = TokenCoding::fixed;
  ArchiveWriter(path, {}, fixed).merge({});
  CHECK(Archive::open(path).segment(0).coding() == TokenCoding::fixed);
  CHECK(contents(path) == expected);
}

TEST_CASE("files are missing that are not archived or have changed") {
  const ScratchFolder scratch;
  const std::string path = scratch / "a.pai";
  const auto touch = [](const std::string& file, std::time_t time) {
    const utimbuf times = {time, time};
    REQUIRE(::utime(file.c_str(), &times) == 0);
  };
  const auto make = [&](const std::string& name, const std::string& text) {
    write_text(scratch / name, text);
    touch(scratch / name, 1000);
    return scratch / name;
  };
  const std::string same = make("same.wav", "abc");
  const std::string touched = make("touched.wav", "abc");
  const std::string changed = make("changed.wav", "abc");
  const std::string longer = make("longer.wav", "abc");
  const std::string parts = make("parts.wav", "abc");
  const std::string unknown = make("unknown.wav", "abc");
  CHECK_FALSE(ArchivedFiles(path).holds(same));  // no archive yet
  {
    ArchiveWriter writer(path);
    CHECK_FALSE(ArchivedFiles(path).holds(same));  // none before the first commit
    SourceReader sources;
    tokens::Record record;
    for (const std::string& file : {same, touched, changed, longer}) {
      record.key = file;
      writer.add(record, sources.of(file));
    }
    for (const double start : {0.0, 3.0}) {
      record.key = tokens::with_fragment(parts, start, start + 3);
      writer.add(record, sources.of(record.key));
    }
    record.key = unknown;
    writer.add(record);
    writer.commit();
  }
  touch(touched, 2000);
  write_text(changed, "abd");
  touch(changed, 2000);
  write_text(longer, "abcd");
  touch(longer, 1000);
  const ArchivedFiles archived(path);
  CHECK(archived.holds(same));
  CHECK(archived.holds(touched));
  CHECK(archived.holds(parts));
  CHECK_FALSE(archived.holds(changed));
  CHECK_FALSE(archived.holds(longer));
  CHECK_FALSE(archived.holds(unknown));
  CHECK_FALSE(archived.holds(make("new.wav", "abc")));
  CHECK_FALSE(archived.holds(scratch / "none.wav"));
  CHECK_FALSE(archived.holds(path));
  fs::remove(same);
  CHECK_FALSE(archived.holds(same));
  CHECK_THROWS_AS(ArchivedFiles{parts}, Error);  // a file
}

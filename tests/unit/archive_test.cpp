// Archives as a whole: what goes in comes out, in order, and appends are all or nothing.
#include <fstream>

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/salvage.hpp"
#include "archive/summary.hpp"
#include "archive_folder.hpp"
#include "base/error.hpp"
#include "base/file.hpp"

using namespace pairalign;
using namespace pairalign::archive;

namespace {

namespace fs = std::filesystem;

tokens::Header header(const std::string& model, int vocabulary = 512) {
  tokens::Header result;
  result.model = model;
  result.tokenizer = "vq";
  result.vocabulary = vocabulary;
  return result;
}

std::size_t files_in(const std::string& folder) {
  std::size_t count = 0;
  for (const auto& item : fs::directory_iterator(folder))
    count += item.exists();
  return count;
}

tokens::Record record_with(std::vector<tokens::Token> values) {
  tokens::Record record;
  record.key = "k";
  record.tokens = std::move(values);
  return record;
}

const std::string kModelA = "aaaaaaaaaaaaaaaa";
const std::string kModelB = "bbbbbbbbbbbbbbbb";

}  // namespace

TEST_CASE("records come back as they went in, over appends and segments") {
  Random random(1);
  for (int round = 0; round < 40; ++round) {
    const ScratchFolder scratch;
    const std::string path = scratch / "a.pai";
    const int vocabulary = static_cast<int>(1 + random.below(random.chance(0.5) ? 600 : 65536));
    WriterOptions options;
    options.segment_bytes = random.chance(0.5) ? 1000 : options.segment_bytes;
    if (random.chance(0.5)) options.coding = TokenCoding::entropy;
    std::vector<Entry> expected;
    for (std::uint64_t appends = 1 + random.below(3); appends > 0; --appends) {
      const auto entries = random_entries(random, random.below(60), vocabulary);
      append(path, entries, options);
      expected.insert(expected.end(), entries.begin(), entries.end());
    }
    const Archive archive = Archive::open(path);
    REQUIRE(contents(archive) == expected);
    REQUIRE(Archive::verify(path).empty());
    std::uint64_t total = 0;
    const std::size_t first = random.below(expected.size() + 1);
    const std::size_t last = first + random.below(expected.size() - first + 1);
    std::vector<tokens::Token> run;
    std::vector<std::size_t> offsets;
    archive.tokens(first, last, run, offsets);
    REQUIRE(offsets.size() == last - first + 1);
    for (std::size_t i = first; i < last; ++i) {
      const auto begin = run.begin() + static_cast<std::ptrdiff_t>(offsets[i - first]);
      const auto end = run.begin() + static_cast<std::ptrdiff_t>(offsets[i - first + 1]);
      REQUIRE(std::vector<tokens::Token>(begin, end) == expected[i].record.tokens);
    }
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const tokens::Record& record = expected[i].record;
      REQUIRE(archive.key(i) == record.key);
      REQUIRE(archive.seconds(i) == record.seconds);
      REQUIRE(archive.token_count(i) == record.tokens.size());
      REQUIRE(archive.has_starts(i) == !record.starts_ms.empty());
      total += record.tokens.size();
    }
    REQUIRE(archive.token_total() == total);
  }
}

TEST_CASE("the same appends give the same bytes") {
  const ScratchFolder scratch;
  for (const char* name : {"a", "b"}) {
    Random random(2);
    append(scratch / name, random_entries(random, 50));
    append(scratch / name, random_entries(random, 50));
  }
  for (const char* file : {"manifest", "segment-000001", "segment-000002"}) {
    CHECK(read_file(scratch / "a" + "/" + file) == read_file(scratch / "b" + "/" + file));
  }
}

TEST_CASE("what is not committed leaves nothing behind") {
  const ScratchFolder scratch;
  const std::string path = scratch / "a.pai";
  Random random(3);
  WriterOptions small;
  small.segment_bytes = 500;
  const auto entries = random_entries(random, 30);
  {
    ArchiveWriter writer(path, {}, small);
    for (const Entry& entry : entries)
      writer.add(entry.record, entry.source);
    CHECK(files_in(path) > 1);
    CHECK(Archive::open(path).size() == 0);
  }
  CHECK_FALSE(fs::exists(path));

  append(path, entries);
  const std::size_t files = files_in(path);
  {
    ArchiveWriter writer(path, {}, small);
    for (const Entry& entry : entries)
      writer.add(entry.record, entry.source);
    CHECK(contents(path) == entries);  // a reader sees what was there
    CHECK(writer.committed() == entries.size());
    CHECK(writer.pending() == entries.size());
  }
  CHECK(files_in(path) == files);
  CHECK(contents(path) == entries);
}

TEST_CASE("an open archive does not see later appends, and a writer goes on after a commit") {
  const ScratchFolder scratch;
  const std::string path = scratch / "a.pai";
  Random random(4);
  const auto entries = random_entries(random, 20);
  ArchiveWriter writer(path);
  writer.commit();
  const Archive before = Archive::open(path);
  for (const Entry& entry : entries)
    writer.add(entry.record, entry.source);
  writer.commit();
  writer.commit();
  CHECK(before.size() == 0);
  CHECK(contents(path) == entries);
  for (const Entry& entry : random_entries(random, 20))
    writer.add(entry.record, entry.source);
  writer.commit();
  CHECK(Archive::open(path).size() == 40);
  CHECK(Archive::open(path).segment_count() == 2);
}

TEST_CASE("rolling back forgets records, segments and headers") {
  Random random(5);
  for (int round = 0; round < 60; ++round) {
    const ScratchFolder scratch;
    const std::string path = scratch / "a.pai";
    WriterOptions options;
    options.segment_bytes = random.chance(0.5) ? 1500 : options.segment_bytes;
    const auto kept = random_entries(random, random.below(40));
    const auto dropped = random_entries(random, random.below(80));
    const auto later = random_entries(random, random.below(40));
    {
      ArchiveWriter writer(path, {}, options);
      for (const Entry& entry : kept)
        writer.add(entry.record, entry.source);
      const ArchiveWriter::Mark mark = writer.mark();
      writer.take_header(header(kModelB));
      for (const Entry& entry : dropped)
        writer.add(entry.record, entry.source);
      writer.roll_back(mark);
      REQUIRE(writer.pending() == kept.size());
      writer.take_header(header(kModelA));
      for (const Entry& entry : later)
        writer.add(entry.record, entry.source);
      writer.commit();
    }
    std::vector<Entry> expected = kept;
    expected.insert(expected.end(), later.begin(), later.end());
    REQUIRE(contents(path) == expected);
    REQUIRE(Archive::open(path).header() == header(kModelA));
    REQUIRE(Archive::verify(path).empty());
    REQUIRE(files_in(path) == 2 + Archive::open(path).segment_count());
  }
}

TEST_CASE("a commit that failed can be tried again, and what came before it rolled back") {
  for (const bool rolls_back : {false, true}) {
    const ScratchFolder scratch;
    const std::string path = scratch / "a.pai";
    Random random(6);
    const auto entries = random_entries(random, 30);
    const auto part = [&](int at) {
      return std::vector<Entry>(entries.begin() + at, entries.begin() + at + 10);
    };
    append(path, part(0));
    ArchiveWriter writer(path);
    writer.remove({"none"});  // reads the archive, which cannot be read while the manifest is away
    const ArchiveWriter::Mark mark = writer.mark();
    for (const Entry& entry : part(10))
      writer.add(entry.record, entry.source);
    const std::string manifest = path + "/manifest";
    fs::rename(manifest, scratch / "manifest");
    fs::create_directory(manifest);  // cannot be replaced
    CHECK_THROWS_AS(writer.commit(), Error);
    CHECK_THROWS_AS(writer.commit(), Error);
    CHECK(writer.pending() == 10);
    fs::remove(manifest);
    fs::rename(scratch / "manifest", manifest);
    if (rolls_back) writer.roll_back(mark);
    for (const Entry& entry : part(20))
      writer.add(entry.record, entry.source);
    writer.commit();
    CHECK(Archive::open(path).size() == (rolls_back ? 20 : 30));
    if (!rolls_back) CHECK(contents(path) == entries);
    CHECK(Archive::verify(path).empty());
    CHECK(files_in(path) == 2 + Archive::open(path).segment_count());
  }
}

TEST_CASE("strings of two models do not mix") {
  const ScratchFolder scratch;
  const std::string path = scratch / "a.pai";
  {
    ArchiveWriter writer(path, header(kModelA));
    writer.add(record_with({511}));
    CHECK_THROWS_AS(writer.add(record_with({512})), RefusedRecord);
    writer.commit();
  }
  CHECK_THROWS_AS(ArchiveWriter(path, header(kModelB)), Error);
  CHECK_THROWS_AS(ArchiveWriter(path, header(kModelA, 256)), Error);
  ArchiveWriter writer(path);
  CHECK(writer.header() == header(kModelA));
  CHECK_THROWS_AS(writer.take_header(header(kModelB)), Error);
  CHECK_THROWS_AS(writer.add(record_with({512})), RefusedRecord);
}

TEST_CASE("an archive of unknown model adopts the first header that fits its tokens") {
  const ScratchFolder scratch;
  const std::string path = scratch / "a.pai";
  append(path, {{record_with({700}), std::nullopt}});
  CHECK_THROWS_AS(ArchiveWriter(path, header(kModelA, 512)), Error);
  CHECK(Archive::open(path).header() == tokens::Header());
  ArchiveWriter(path, header(kModelA, 1024)).commit();
  CHECK(Archive::open(path).header() == header(kModelA, 1024));
}

TEST_CASE("records that cannot be kept are refused, and the next one is not") {
  const ScratchFolder scratch;
  ArchiveWriter writer(scratch / "a.pai");
  tokens::Record record = record_with({1, 2});
  record.starts_ms = {1};
  CHECK_THROWS_AS(writer.add(record), RefusedRecord);
  record.starts_ms = {2, 1};
  CHECK_THROWS_AS(writer.add(record), RefusedRecord);
  record.starts_ms = {1, 2};
  record.seconds = 1e30;
  CHECK_THROWS_AS(writer.add(record), RefusedRecord);
  record.seconds = 1;
  writer.add(record);
  writer.commit();
  CHECK(contents(scratch / "a.pai") == std::vector<Entry>{{record, std::nullopt}});
}

TEST_CASE("what is no archive is refused, and left as it is") {
  const ScratchFolder scratch;
  CHECK_THROWS_AS(Archive::open(scratch / "none"), Error);
  CHECK_THROWS_AS(ArchiveWriter(scratch / "none/a.pai"), Error);

  std::ofstream(scratch / "file") << "text";
  CHECK_THROWS_AS(Archive::open(scratch / "file"), Error);
  CHECK_THROWS_AS(ArchiveWriter(scratch / "file"), Error);

  fs::create_directory(scratch / "music");
  std::ofstream(scratch / "music/song.wav") << "text";
  CHECK_THROWS_AS(Archive::open(scratch / "music"), Error);
  CHECK_THROWS_AS(ArchiveWriter(scratch / "music"), Error);
  CHECK(files_in(scratch / "music") == 1);

  fs::create_directory(scratch / "empty");
  ArchiveWriter(scratch / "empty").commit();
  CHECK(Archive::open(scratch / "empty").size() == 0);
}

TEST_CASE("what a killed writer left is deleted by the next one, and nothing else") {
  const ScratchFolder scratch;
  const std::string path = scratch / "a.pai";
  Random random(6);
  const auto entries = random_entries(random, 10);
  append(path, entries);
  for (const char* name :
       {"segment-000002.new", "segment-000003.tmp-Xy12ab", "segment-000003.new.tmp-Xy12ab",
        "removed-000004.new", "manifest.tmp-Qwerty"}) {
    std::ofstream(path + "/" + name) << "half";
  }
  const std::vector<std::string> others = {"README", "manifest.backup", "segment-000003.backup",
                                           "segments"};
  for (const std::string& name : others)
    std::ofstream(path + "/" + name) << "mine";
  CHECK(contents(path) == entries);
  append(path, random_entries(random, 10));
  CHECK(files_in(path) == 4 + others.size());
  for (const std::string& name : others)
    CHECK(fs::exists(path + "/" + name));
  CHECK(Archive::open(path).size() == 20);
}

TEST_CASE("what looks like the archive's own and is not in its manifest is never deleted") {
  const ScratchFolder scratch;
  const std::string path = scratch / "a.pai";
  Random random(8);
  const auto first = random_entries(random, 10);
  append(path, first);
  fs::copy_file(path + "/manifest", scratch / "older");
  const auto second = random_entries(random, 10);
  append(path, second);
  fs::copy_file(scratch / "older", path + "/manifest", fs::copy_options::overwrite_existing);
  const auto third = random_entries(random, 10);
  {
    ArchiveWriter writer(path);
    for (const Entry& entry : third)
      writer.add(entry.record, entry.source);
    writer.remove({});  // locks, and looks what is there
    CHECK(writer.strays() == std::vector<std::string>{"segment-000002"});
    writer.commit();
    writer.merge({});
    CHECK(writer.strays() == std::vector<std::string>{"segment-000002"});
  }
  auto expected = first;
  expected.insert(expected.end(), third.begin(), third.end());
  CHECK(contents(path) == expected);
  expected.insert(expected.end(), second.begin(), second.end());
  CHECK(salvage(path, scratch / "saved.pai").complete());
  CHECK(contents(scratch / "saved.pai") == expected);
}

TEST_CASE("files that are named but have not taken their place yet are read, and take it") {
  const ScratchFolder scratch;
  const std::string path = scratch / "a.pai";
  Random random(9);
  auto entries = random_entries(random, 10);
  append(path, entries);
  {
    ArchiveWriter writer(path);
    CHECK(writer.remove({entries[3].record.key})[0]);
    writer.commit();
  }
  entries.erase(entries.begin() + 3);
  fs::rename(path + "/segment-000001", path + "/segment-000001.new");
  fs::rename(path + "/removed-000002", path + "/removed-000002.new");
  CHECK(contents(path) == entries);
  CHECK(Archive::verify(path).empty());
  CHECK(salvage(path, scratch / "saved.pai").complete());
  append(path, {});  // has nothing to write, so does not lock
  CHECK(contents(path) == entries);
  const auto more = random_entries(random, 5);
  append(path, more);
  CHECK(fs::exists(path + "/segment-000001"));
  CHECK(fs::exists(path + "/removed-000002"));
  CHECK(files_in(path) == 5);
  entries.insert(entries.end(), more.begin(), more.end());
  CHECK(contents(path) == entries);
}

TEST_CASE("a file that is there by its name does not give way to one that is not committed") {
  const ScratchFolder scratch;
  const std::string path = scratch / "a.pai";
  Random random(13);
  auto entries = random_entries(random, 10);
  append(path, entries);
  std::ofstream(path + "/segment-000001.new") << "half";
  const auto more = random_entries(random, 5);
  append(path, more);
  CHECK_FALSE(fs::exists(path + "/segment-000001.new"));
  entries.insert(entries.end(), more.begin(), more.end());
  CHECK(contents(path) == entries);
  CHECK(Archive::verify(path).empty());
}

TEST_CASE("what a writer replaced, and was killed before it could delete, the next one deletes") {
  const ScratchFolder scratch;
  const std::string path = scratch / "a.pai";
  Random random(10);
  append(path, random_entries(random, 10));
  append(path, random_entries(random, 10));
  fs::copy_file(path + "/segment-000001", scratch / "kept");
  ArchiveWriter(path).merge({});
  CHECK_FALSE(fs::exists(path + "/segment-000001"));
  fs::copy_file(scratch / "kept", path + "/segment-000001");
  {
    ArchiveWriter writer(path);
    writer.remove({});  // locks
    CHECK(writer.strays().empty());
    CHECK_FALSE(fs::exists(path + "/segment-000001"));
  }
  fs::copy_file(scratch / "kept", path + "/segment-000001");
  append(path, random_entries(random, 10));
  CHECK_FALSE(fs::exists(path + "/segment-000001"));
  CHECK(Archive::open(path).size() == 30);
}

TEST_CASE("an archive whose manifest is lost is left as it is by writers") {
  const ScratchFolder scratch;
  const std::string path = scratch / "a.pai";
  Random random(11);
  const auto entries = random_entries(random, 10);
  append(path, entries);
  append(scratch / "b.pai", random_entries(random, 5));
  fs::remove(path + "/manifest");
  const std::string segment = read_file(path + "/segment-000001");
  CHECK_THROWS_WITH_AS(ArchiveWriter{path}, doctest::Contains("--salvage"), Error);
  CHECK_THROWS_WITH_AS(Archive::open(path), doctest::Contains("--salvage"), Error);
  CHECK_THROWS_AS(salvage(scratch / "b.pai", path), Error);
  CHECK(read_file(path + "/segment-000001") == segment);
  CHECK(salvage(path, scratch / "saved.pai").complete());
  CHECK(contents(scratch / "saved.pai") == entries);
}

TEST_CASE("a folder that no writer could list or read the manifest of is no new archive") {
  const ScratchFolder scratch;
  const std::string path = scratch / "a.pai";
  Random random(12);
  append(path, random_entries(random, 10));
  fs::remove(path + "/manifest");
  fs::create_symlink("manifest", path + "/manifest");  // cannot be followed, so nobody knows
  CHECK_THROWS_AS(ArchiveWriter{path}, Error);
  CHECK(fs::exists(path + "/segment-000001"));
}

TEST_CASE("the summary counts what is there") {
  const ScratchFolder scratch;
  const std::string path = scratch / "a.pai";
  std::vector<Entry> entries(100);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    entries[i].record = record_with(std::vector<tokens::Token>(i, 511));
    entries[i].record.key += std::to_string(i);
    entries[i].record.seconds = i % 2 == 0 ? 3.25 : -1;
  }
  append(path, entries);
  const Summary summary = summarise(Archive::open(path));
  CHECK(summary.records == 100);
  CHECK(summary.untimed_records == 50);
  CHECK(summary.seconds == 50 * 3.25);
  CHECK(summary.tokens == 4950);
  CHECK(summary.tokens_per_second == doctest::Approx(2450 / 162.5));
  CHECK(summary.bits_per_token == doctest::Approx(9).epsilon(0.001));
  CHECK(summary.archive_bits_per_second == 0);
  std::uint64_t bytes = 0;
  for (const auto& item : fs::directory_iterator(path))
    bytes += item.file_size();
  CHECK(summary.bytes == bytes);
}

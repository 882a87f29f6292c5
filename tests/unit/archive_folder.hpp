// What the archive tests share: a scratch folder, random records, an archive as a list of records.
#pragma once

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <stdlib.h>
#include <unistd.h>

#include "archive/archive.hpp"
#include "archive/writer.hpp"
#include "base/random.hpp"

namespace pairalign::archive {

// In memory where the system has such a folder: some tests write tens of thousands of files.
class ScratchFolder {
 public:
  ScratchFolder() {
    const bool in_memory = ::access("/dev/shm", W_OK | X_OK) == 0;
    path_ = in_memory ? "/dev/shm" : std::filesystem::temp_directory_path().string();
    path_ += "/pairalign-XXXXXX";
    REQUIRE(::mkdtemp(path_.data()) != nullptr);
  }
  ~ScratchFolder() { std::filesystem::remove_all(path_); }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

struct Entry {
  tokens::Record record;
  std::optional<Source> source;
};

inline void write_text(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

inline bool operator==(const Entry& a, const Entry& b) {
  return a.record.key == b.record.key && a.record.seconds == b.record.seconds &&
         a.record.tokens == b.record.tokens && a.record.starts_ms == b.record.starts_ms &&
         a.source == b.source;
}

inline Entry random_entry(Random& random, int vocabulary) {
  Entry entry;
  tokens::Record& record = entry.record;
  // Any bytes behind one of a few folders, and a number, for keys that are the same replace.
  record.key = std::string(random.below(40), 'f') + "/";
  for (std::uint64_t odd = random.below(5); odd > 0; --odd)
    record.key += static_cast<char>(random.below(256));
  record.key += std::to_string(random.below(~std::uint64_t{0}));
  if (random.chance(0.8)) record.seconds = static_cast<double>(random.below(1000000)) / 100;
  record.tokens.resize(random.below(40));
  const bool times = random.chance(0.5);
  std::uint32_t start = 0;
  for (tokens::Token& token : record.tokens) {
    token = static_cast<tokens::Token>(random.below(static_cast<std::uint64_t>(vocabulary)));
    start +=
        static_cast<std::uint32_t>(random.chance(0.1) ? random.below(1U << 20) : random.below(200));
    if (times) record.starts_ms.push_back(start);
  }
  if (random.chance(0.5)) {
    entry.source = Source{random.below(3), static_cast<std::int64_t>(random.below(3)) - 1, 7};
  }
  return entry;
}

inline std::vector<Entry> random_entries(Random& random, std::size_t count, int vocabulary = 512) {
  std::vector<Entry> entries;
  while (entries.size() < count)
    entries.push_back(random_entry(random, vocabulary));
  return entries;
}

inline void append(const std::string& path, const std::vector<Entry>& entries,
                   const WriterOptions& options = {}) {
  ArchiveWriter writer(path, {}, options);
  for (const Entry& entry : entries)
    writer.add(entry.record, entry.source);
  writer.commit();
}

inline std::vector<Entry> contents(const Archive& archive) {
  std::vector<Entry> entries(archive.size());
  for (std::size_t i = 0; i < archive.size(); ++i) {
    archive.record(i, entries[i].record);
    entries[i].source = archive.source(i);
  }
  return entries;
}

inline std::vector<Entry> contents(const std::string& path) {
  return contents(Archive::open(path));
}

}  // namespace pairalign::archive

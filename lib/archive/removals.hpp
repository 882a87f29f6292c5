// Finds the records of an archive to remove: those given by key, and those that newer records
// replace. One pass over the keys, without an index of them on disk: 10 million in a second or two.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "archive/archive.hpp"
#include "base/span.hpp"

namespace pairalign::archive {

using RecordMatch = std::function<bool(const ScannedRecord& record)>;

/// Adds to `removed` the records of a segment that are not yet in it and for which `match` is true;
/// returns how many.
std::size_t remove_if(const Segment& segment, const RecordMatch& match, RecordNumbers& removed);

/// An archive, and for each of its segments the records that are removed or are to be.
struct Removals {
  explicit Removals(Archive of) : archive(std::move(of)) {
    for (std::size_t s = 0; s < archive.segment_count(); ++s)
      removed.push_back(archive.removed(s));
  }

  /// Removes every record that is still there and for which `match` is true; returns how many.
  std::size_t remove_if(const RecordMatch& match) {
    const std::size_t before = added;
    for (std::size_t s = 0; s < removed.size(); ++s)
      added += archive::remove_if(archive.segment(s), match, removed[s]);
    return added - before;
  }

  Archive archive;
  std::vector<RecordNumbers> removed;
  std::size_t added = 0;  ///< records to be removed that are not yet
};

/// A record, by the number of its segment in some list and its own number in that segment.
struct RecordPlace {
  std::uint32_t segment = 0;
  std::uint32_t record = 0;
};

inline bool operator<(const RecordPlace& a, const RecordPlace& b) {
  return a.segment != b.segment ? a.segment < b.segment : a.record < b.record;
}

/// Maps hashes to records, in some 18 bytes each, because there may be many millions.
class RecordTable {
 public:
  struct Entry {
    std::uint64_t hash;
    RecordPlace place;
  };

  void add(std::uint64_t hash, const RecordPlace& place) { entries_.push_back({hash, place}); }
  /// Call after the last `add`.
  void sort();
  /// The entries of a hash, in the order of their places.
  Span<const Entry> find(std::uint64_t hash) const;

 private:
  static constexpr int kBucketSize = 8;
  std::size_t bucket_of(std::uint64_t hash) const { return hash >> shift_; }

  std::vector<Entry> entries_;
  std::vector<std::size_t> first_;  // start of each bucket: hashes with the same upper bits
  int shift_ = 63;
};

/// Records that replace older ones. A record replaces those of the same key and, if its file has
/// changed, all older ones made from the file's previous contents, as a whole or in parts;
/// otherwise a window beyond the new end of the file would remain.
///
/// Keys are looked up by hash, and compared in full when the hashes match. One pass over the older
/// records finds those to remove, however many segments the newer ones are in. Not safe to use from
/// several threads.
class NewerRecords {
 public:
  /// The records of a segment except removed ones, with `prefix` prepended to their keys.
  struct Input {
    const Segment* segment = nullptr;  ///< must outlive NewerRecords
    RecordNumbers removed;
    std::string prefix;
  };

  /// Segments from the oldest to the newest.
  explicit NewerRecords(std::vector<Input> segments);

  /// The newest record of a key.
  std::optional<RecordPlace> newest(const std::string& key) const;
  /// A record in segment `from` or later made from the file of `key`, the key of an older record,
  /// but from contents other than those that the older one was made from.
  std::optional<RecordPlace> changed(const std::string& key, const ScannedRecord& older,
                                     std::size_t from);

 private:
  /// The state of a file as recorded with a record.
  struct FileState {
    RecordPlace place;
    std::optional<Source> source;
  };
  std::string key_of(const RecordPlace& place) const {
    return segments_[place.segment].prefix + segments_[place.segment].segment->key(place.record);
  }
  const std::vector<FileState>& states_of(std::string_view path);

  std::vector<Input> segments_;
  RecordTable keys_;
  RecordTable paths_;                    // of parts of files: the first of each run with one source
  std::optional<std::string> path_;      // last path looked up, and what was found
  std::vector<FileState> states_;
};

}  // namespace pairalign::archive

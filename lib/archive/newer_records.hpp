// Which records newer ones replace, told in one pass over the older ones, however many segments the
// newer ones are in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "archive/removed_records.hpp"
#include "archive/segment.hpp"
#include "archive/source.hpp"

namespace pairalign::archive {

/// A record, by the number of its segment in some list, and its own within that.
struct RecordPlace {
  std::uint32_t segment = 0;
  std::uint32_t record = 0;
};

inline bool operator<(const RecordPlace& a, const RecordPlace& b) {
  return a.segment != b.segment ? a.segment < b.segment : a.record < b.record;
}
inline bool operator>(const RecordPlace& a, const RecordPlace& b) {
  return b < a;
}

/// Records by a hash each, in some 18 bytes, for they may be many millions.
class RecordTable {
 public:
  struct Entry {
    std::uint64_t hash;
    RecordPlace place;
  };

  void add(std::uint64_t hash, const RecordPlace& place) { entries_.push_back({hash, place}); }
  /// After the last `add`.
  void sort();
  /// Those of a hash, in the order of their places; begin and end.
  std::pair<const Entry*, const Entry*> find(std::uint64_t hash) const;

 private:
  static constexpr int kBucketSize = 8;
  std::size_t bucket_of(std::uint64_t hash) const { return hash >> shift_; }

  std::vector<Entry> entries_;
  std::vector<std::size_t> first_;  // of each bucket: hashes with the same upper bits
  int shift_ = 63;
};

/// Records that replace older ones: those of the same key and, where the file behind a record has
/// changed, all older ones made from the file as it was: its whole, and all its parts, for a window
/// beyond the new end of a file would be of no file any more.
///
/// Keys are found by their hashes, and compared themselves where these agree. Not safe to use from
/// several threads.
class NewerRecords {
 public:
  /// The records of a segment but for removed ones, with `prefix` before their keys.
  struct Input {
    const Segment* segment = nullptr;  ///< that stays as long as NewerRecords
    RecordNumbers removed;
    std::string prefix;
  };

  /// Of segments from the oldest to the newest.
  explicit NewerRecords(std::vector<Input> segments);

  /// The newest record of a key.
  std::optional<RecordPlace> newest(const std::string& key) const;
  /// A record in segment `from` or later that was made from the file of `key`, and from other
  /// contents of it than that record of an older segment.
  std::optional<RecordPlace> changed(const std::string& key, const Segment& older,
                                     std::size_t record, std::size_t from);
  /// Whether a record was made from the contents of this older one's file, which is gone: it was
  /// moved.
  bool moved(const Segment& older, std::size_t record, const Source& source);

 private:
  /// A file as a record knows it.
  struct FileState {
    RecordPlace place;
    std::optional<Source> source;
  };
  void take_in(std::size_t s);
  std::string key_of(const RecordPlace& place) const;
  const std::vector<FileState>& states_of(std::string_view path);

  std::vector<Input> segments_;
  RecordTable keys_;
  RecordTable paths_;                    // of parts of files: the first of each run of one source
  std::vector<std::uint64_t> contents_;  // hashes of files, ascending
  std::optional<std::string> path_;      // looked up last, and what was found
  std::vector<FileState> states_;
};

}  // namespace pairalign::archive

// Finding the records of an archive that go: those asked for by key, and those that newer records
// replace. One pass over the keys, without an index of them on disk: 10 million in a second or two.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "archive/archive.hpp"

namespace pairalign::archive {

using RecordMatch =
    std::function<bool(const std::string& key, const Segment& segment, std::size_t record)>;

/// Adds to `removed` the records of a segment that are not in it and for which `match` is true;
/// returns how many.
std::size_t remove_if(const Segment& segment, const RecordMatch& match, RecordNumbers& removed);

/// The same for the records whose keys come again in the segment.
std::size_t remove_repeated(const Segment& segment, RecordNumbers& removed);

/// The same for records of files that have been moved, see NewerRecords::moved.
class NewerRecords;
std::size_t remove_moved(const Segment& segment, const NewerRecords& newer, RecordNumbers& removed);

/// What is removed of an archive, and what is to be removed besides.
class Removals {
 public:
  /// Keeps the archive.
  explicit Removals(Archive archive);

  const Archive& archive() const { return archive_; }
  /// By segment.
  const RecordNumbers& removed(std::size_t s) const { return removed_[s]; }
  /// How many records of a segment, and of all, are to be removed that are not yet.
  std::size_t added(std::size_t s) const { return removed_[s].size() - archive_.removed(s).size(); }
  std::size_t added() const;

  /// Removes every record that is still there and for which `match` is true; returns how many.
  std::size_t remove_if(const RecordMatch& match);
  std::size_t remove_moved(const NewerRecords& newer);
  const std::vector<RecordNumbers>& all() const { return removed_; }

 private:
  Archive archive_;
  std::vector<RecordNumbers> removed_;
};

/// Keys whose records are to be removed; one without a media fragment stands for its parts too.
class KeysToRemove {
 public:
  explicit KeysToRemove(const std::vector<std::string>& keys);
  bool take(const std::string& key);
  /// For each of the keys given, whether `take` met it.
  std::vector<bool> found() const;

 private:
  std::vector<std::string> keys_;
  std::unordered_map<std::string, bool> wanted_;  // and whether it was met
  std::string path_;                              // reused
};

/// Records that replace older ones: those of the same key and, where the file behind a record has
/// changed, all older ones made from the file as it was: its whole, and all its parts, for a window
/// beyond the new end of a file would be of no file any more.
class NewerRecords {
 public:
  /// Takes in a segment's records but for removed ones, with `prefix` before their keys.
  void add(const Segment& segment, const RecordNumbers& removed, const std::string& prefix = "");

  bool replaces(const std::string& key, const Segment& segment, std::size_t record);
  /// Whether a newer record was made from the contents of this one's file, which is gone: it was
  /// moved.
  bool moved(const Segment& segment, std::size_t record, const Source& source) const;
  /// The record of that key itself, in the segment taken in last.
  std::optional<std::size_t> record_of(const std::string& key);

 private:
  struct File {
    std::optional<std::size_t> whole;  ///< the record that has the path itself as its key
    std::optional<Source> source;
  };
  const File* find(const std::string& key);

  std::unordered_map<std::string, File> files_;
  std::unordered_set<std::uint64_t> contents_;  // hashes of files
  std::unordered_map<std::string, std::size_t> parts_;  // keys with a media fragment
  std::string path_;                       // looked up last, and what was found
  const File* found_ = nullptr;
};

}  // namespace pairalign::archive

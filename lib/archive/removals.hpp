// Finds the records of an archive to remove: those given by key, and those that newer records
// replace. One pass over the keys, without an index of them on disk: 10 million in a second or two.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "archive/archive.hpp"
#include "archive/newer_records.hpp"

namespace pairalign::archive {

using RecordMatch =
    std::function<bool(const std::string& key, const Segment& segment, std::size_t record)>;

/// Adds to `removed` the records of a segment that are not yet in it and for which `match` is true;
/// returns how many.
std::size_t remove_if(const Segment& segment, const RecordMatch& match, RecordNumbers& removed);

/// The same for records of files that have been moved, see NewerRecords::moved.
std::size_t remove_moved(const Segment& segment, NewerRecords& newer, RecordNumbers& removed);

/// The removed records of an archive, and those that are to be removed in addition.
class Removals {
 public:
  /// Keeps the archive.
  explicit Removals(Archive archive);

  const Archive& archive() const { return archive_; }
  /// By segment.
  const RecordNumbers& removed(std::size_t s) const { return removed_[s]; }
  /// How many records of a segment, and of all, are to be removed but are not yet.
  std::size_t added(std::size_t s) const { return removed_[s].size() - archive_.removed(s).size(); }
  std::size_t added() const;

  /// Removes every record that is still there and for which `match` is true; returns how many.
  std::size_t remove_if(const RecordMatch& match);
  /// The same of one segment.
  std::size_t remove_if(std::size_t s, const RecordMatch& match);
  std::size_t remove_moved(NewerRecords& newer);

 private:
  Archive archive_;
  std::vector<RecordNumbers> removed_;
};

/// Keys whose records are to be removed; one without a media fragment includes its parts.
class KeysToRemove {
 public:
  explicit KeysToRemove(const std::vector<std::string>& keys);
  bool take(const std::string& key);
  /// For each of the keys given, whether `take` has matched it.
  std::vector<bool> found() const;

 private:
  std::vector<std::string> keys_;
  std::unordered_map<std::string, bool> wanted_;  // and whether it was matched
  std::string path_;                              // reused
};

}  // namespace pairalign::archive

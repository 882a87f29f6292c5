// Iterating over the records of a segment or an archive.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "archive/archive.hpp"
#include "archive/removed_records.hpp"
#include "archive/segment.hpp"

namespace pairalign::archive {

/// One record after the other of a segment; each block is decoded once, and its metadata only if
/// asked for. Throws like Segment::block_keys and Segment::block_metadata.
class ScannedRecord {
 public:
  explicit ScannedRecord(const Segment& segment) : segment_(segment) {}

  const Segment& segment() const { return segment_; }
  /// Within the segment.
  std::size_t number() const { return number_; }
  const std::string& key() const { return keys_[number_ % kBlockRecords]; }
  const Segment::Metadata& metadata() const {
    if (metadata_.empty()) segment_.block_metadata(number_ / kBlockRecords, metadata_);
    return metadata_[number_ % kBlockRecords];
  }

  void go_to(std::size_t number) {
    if (keys_.empty() || number / kBlockRecords != number_ / kBlockRecords) {
      segment_.block_keys(number / kBlockRecords, keys_);
      metadata_.clear();
    }
    number_ = number;
  }

 private:
  const Segment& segment_;
  std::size_t number_ = 0;
  std::vector<std::string> keys_;
  mutable std::vector<Segment::Metadata> metadata_;  // empty: not read yet
};

/// Calls `visit(record)` for each record that is not removed.
template <class Visit>
void for_each_record(const Segment& segment, const RecordNumbers& removed, Visit visit) {
  ScannedRecord record(segment);
  auto gone = removed.begin();
  for (std::size_t i = 0; i < segment.size(); ++i) {
    if (gone != removed.end() && *gone == i) {
      ++gone;
      continue;
    }
    record.go_to(i);
    visit(record);
  }
}

template <class Visit>
void for_each_record(const Archive& archive, Visit visit) {
  for (std::size_t s = 0; s < archive.segment_count(); ++s)
    for_each_record(archive.segment(s), archive.removed(s), visit);
}

}  // namespace pairalign::archive

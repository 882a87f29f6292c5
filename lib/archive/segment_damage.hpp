// Which bytes and records of a segment do not match its checksums.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "archive/segment.hpp"
#include "base/error.hpp"

namespace pairalign::archive {

/// Compares every section with its checksum and, if that does not match, its pages with theirs. If
/// the page sums themselves are damaged, all of a damaged section counts as damaged.
class SegmentDamage {
 public:
  /// The segment is kept.
  explicit SegmentDamage(Segment segment);

  const Segment& segment() const { return segment_; }

  /// Whether any byte that the record is read from is damaged, or the record cannot be located.
  bool concerns(std::size_t record) const;

  /// An Error for each damaged section: its name, and which records it affects.
  std::vector<Error> describe() const;

 private:
  struct DamagedSection {
    std::uint32_t kind;
    std::vector<Segment::ByteRange> ranges;  // ascending
  };
  std::vector<Segment::ByteRange> damaged_pages(const Section& section) const;
  bool concerns(const DamagedSection& section, std::size_t record) const;
  std::string records_of(const DamagedSection& section) const;

  Segment segment_;
  std::vector<DamagedSection> sections_;
};

}  // namespace pairalign::archive

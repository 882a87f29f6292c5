// What is damaged in an archive, and saving the rest of it.
#pragma once

#include <algorithm>
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
  bool concerns(std::size_t record) const {
    return std::any_of(sections_.begin(), sections_.end(),
                       [&](const DamagedSection& section) { return concerns(section, record); });
  }

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

struct SalvageReport {
  /// What is damaged or missing: file and reason.
  std::vector<Error> damages;
  std::uint64_t saved = 0;
  std::uint64_t lost = 0;
  /// Segments that cannot be read and whose number of records is unknown for lack of a manifest.
  std::uint64_t unknown_segments = 0;

  bool complete() const { return lost == 0 && unknown_segments == 0; }
};

/// Writes every record of the archive at `damaged` whose bytes match their checksums into a new
/// archive at `target`. Copes with a damaged or lost manifest (all segment files present are then
/// used, even those of an append that was never finished, and model and tokenizer are taken from
/// the segments), with segments that are missing, cut short, or damaged anywhere, and with lost
/// lists of removed records (these records then reappear; `damages` includes the list). Throws
/// Error if there is no folder `damaged`, or if something exists at `target`.
SalvageReport salvage(const std::string& damaged, const std::string& target);

}  // namespace pairalign::archive

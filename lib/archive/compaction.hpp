// Which segments of an archive to make one, so that one append a night for years leaves few.
//
// As the levels of a log-structured merge tree (O'Neil et al., 1996), with segments kept in the order
// of their records: where a segment holds no more than all behind it together, they are to become one,
// from the first such segment on, once they are kCompactionFan or more. So each of the others holds
// more than all behind it: of n appends of one size there are at most kCompactionFan + log2(n)
// segments, and each record is rewritten at most log2(n) times. What they hold is measured in tokens
// and records, for bytes do not add up: a segment that became large enough gets postings, is larger
// than its parts together and would never be joined by others of its kind. A range never exceeds a full
// segment, which bounds the time of a commit: full segments are rewritten for removed records only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "archive/manifest.hpp"

namespace pairalign::archive {

constexpr std::size_t kCompactionFan = 8;

/// Segments [first, last).
struct SegmentRange {
  std::size_t first = 0;
  std::size_t last = 0;
};

/// A range of at most `segment_bytes`: small ones at the end or, where there are not
/// enough of them, the segment that holds most bytes of removed records, more than it holds of
/// others. Nothing: none is worth it.
std::optional<SegmentRange> segments_to_rewrite(const std::vector<SegmentEntry>& segments,
                                               std::uint64_t segment_bytes);

}  // namespace pairalign::archive

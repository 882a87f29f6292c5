// Chooses which segments of an archive to merge, so that years of nightly appends leave few.
//
// As in a log-structured merge tree (O'Neil et al., 1996), but with segments kept in the order of
// their records: the segments from the first one that is no larger than all later ones together are
// merged once there are kCompactionFan of them or more. Each remaining segment is then larger than
// all later ones together: n appends of equal size leave at most kCompactionFan + log2(n) segments,
// and each record is rewritten at most log2(n) times. Size is counted in tokens and records,
// because bytes do not add up: a merged segment that is large enough gets postings, is larger than
// its parts together, and would never be merged with others of its kind. A range never exceeds a
// full segment, which bounds the time of a commit: full segments are rewritten only to drop removed
// records.
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

/// A range of at most `segment_bytes`: small segments at the end or, if there are too few of them,
/// the segment with the most bytes of removed records, provided these outnumber the others in it.
/// Nothing: no rewrite is worthwhile.
std::optional<SegmentRange> segments_to_rewrite(const std::vector<SegmentEntry>& segments,
                                               std::uint64_t segment_bytes);

}  // namespace pairalign::archive

#include "archive/compaction.hpp"

#include <algorithm>

namespace pairalign::archive {
namespace {

// Estimated from the number of removed records, which is known without opening the segment.
std::uint64_t removed_bytes(const SegmentEntry& entry) {
  return static_cast<std::uint64_t>(static_cast<double>(entry.bytes) *
                                    static_cast<double>(entry.removed.records) /
                                    static_cast<double>(std::max<std::uint64_t>(1, entry.records)));
}

// Tokens and records that are left. Unlike bytes, they add up exactly when segments are merged.
std::uint64_t weight(const SegmentEntry& entry) {
  return entry.tokens - entry.removed.tokens + entry.records - entry.removed.records;
}

}  // namespace

std::optional<SegmentRange> segments_to_rewrite(const std::vector<SegmentEntry>& segments,
                                               std::uint64_t segment_bytes) {
  SegmentRange tail{segments.size(), segments.size()};
  std::uint64_t bytes = 0;
  std::uint64_t behind = 0;
  for (std::size_t s = segments.size(); s-- > 0;) {
    bytes += segments[s].bytes;
    if (bytes > segment_bytes) break;
    if (s + 1 == segments.size() || weight(segments[s]) <= behind) tail.first = s;
    behind += weight(segments[s]);
  }
  if (tail.last - tail.first >= kCompactionFan) return tail;

  const auto most = std::max_element(
      segments.begin(), segments.end(), [](const SegmentEntry& a, const SegmentEntry& b) {
        return removed_bytes(a) < removed_bytes(b);
      });
  if (most == segments.end() || 2 * most->removed.records <= most->records) return std::nullopt;
  const auto index = static_cast<std::size_t>(most - segments.begin());
  return SegmentRange{index, index + 1};
}

}  // namespace pairalign::archive

#include "archive/compaction.hpp"

#include <algorithm>

namespace pairalign::archive {
namespace {

// By their number, for it is what removed records are known by without opening the segment.
std::uint64_t removed_bytes(const SegmentEntry& entry) {
  return static_cast<std::uint64_t>(static_cast<double>(entry.bytes) *
                                    static_cast<double>(entry.removed.records) /
                                    static_cast<double>(std::max<std::uint64_t>(1, entry.records)));
}

}  // namespace

std::optional<SegmentRange> segments_to_rewrite(const std::vector<SegmentEntry>& segments,
                                               std::uint64_t segment_bytes) {
  SegmentRange tail{segments.size(), segments.size()};
  std::uint64_t bytes = 0;
  while (tail.first > 0) {
    const std::uint64_t more = segments[tail.first - 1].bytes;
    const bool smallest = tail.first == tail.last;
    if ((!smallest && more > bytes) || bytes + more > segment_bytes) break;
    bytes += more;
    --tail.first;
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

#include "archive/segment_damage.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/hash.hpp"

namespace pairalign::archive {

SegmentDamage::SegmentDamage(Segment segment) : segment_(std::move(segment)) {
  bool trust_pages = true;
  for (const auto& [kind, section] : segment_.sections()) {
    if (hash64(section.data, padded(section.size)) == section.hash) continue;
    DamagedSection damaged{kind, {}};
    if (kind == kPageSums) {
      trust_pages = false;
    } else if (trust_pages) {
      damaged.ranges = damaged_pages(section);
    }
    if (damaged.ranges.empty()) {
      damaged.ranges.push_back({section.offset, section.end()});
    }
    sections_.push_back(std::move(damaged));
  }
}

// The parts of a section in damaged pages.
std::vector<Segment::ByteRange> SegmentDamage::damaged_pages(const Section& section) const {
  const std::uint64_t end = section.end();
  std::vector<Segment::ByteRange> ranges;
  std::uint64_t page = section.offset - (section.offset - segment_.first_page()) % kPageBytes;
  for (; page < end; page += kPageBytes) {
    if (segment_.is_page_sound(page)) continue;
    ranges.push_back({std::max(page, section.offset), std::min(page + kPageBytes, end)});
  }
  return ranges;
}

bool SegmentDamage::concerns(const DamagedSection& section, std::size_t record) const {
  try {
    for (const Segment::ByteRange& bytes : segment_.bytes_of(record)) {
      const auto next = std::upper_bound(
          section.ranges.begin(), section.ranges.end(), bytes.begin,
          [](std::uint64_t begin, const Segment::ByteRange& range) { return begin < range.end; });
      if (next != section.ranges.end() && next->begin < bytes.end) return true;
    }
    return false;
  } catch (const Error&) {
    return true;
  }
}

bool SegmentDamage::concerns(std::size_t record) const {
  return std::any_of(sections_.begin(), sections_.end(),
                     [&](const DamagedSection& section) { return concerns(section, record); });
}

std::string SegmentDamage::records_of(const DamagedSection& section) const {
  std::size_t count = 0;
  std::size_t first = 0;
  std::size_t last = 0;
  for (std::size_t i = 0; i < segment_.size(); ++i) {
    if (!concerns(section, i)) continue;
    if (count++ == 0) first = i;
    last = i;
  }
  if (count == 0) return "no record is affected";
  if (count == 1) return fmt::format("record {} of {} is affected", first + 1, segment_.size());
  return fmt::format("{} of {} records are affected, from record {} to {}", count, segment_.size(),
                     first + 1, last + 1);
}

std::vector<Error> SegmentDamage::describe() const {
  std::vector<Error> errors;
  for (const DamagedSection& section : sections_) {
    errors.emplace_back(segment_.path(),
                        fmt::format("damaged: the checksum of '{}' does not match: {}",
                                    Segment::section_name(section.kind), records_of(section)));
  }
  return errors;
}

}  // namespace pairalign::archive

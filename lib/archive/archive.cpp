#include "archive/archive.hpp"

#include <algorithm>

#include "archive/manifest.hpp"

namespace pairalign::archive {
namespace {

Segment open_segment(const std::string& folder, const SegmentEntry& entry) {
  const std::string path = folder + "/" + segment_file(entry.number);
  Segment segment(path);
  if (segment.hash() != entry.hash || segment.file_size() != entry.bytes ||
      segment.size() != entry.records || segment.token_total() != entry.tokens) {
    throw Error(path, "damaged: not the segment that the manifest speaks of");
  }
  return segment;
}

}  // namespace

Archive Archive::open(const std::string& path) {
  const Manifest manifest = read_manifest(path);
  Archive archive;
  archive.header_ = manifest.header;
  archive.manifest_bytes_ = to_text(manifest).size();
  archive.segments_.reserve(manifest.segments.size());
  for (const SegmentEntry& entry : manifest.segments) {
    archive.segments_.push_back(open_segment(path, entry));
    archive.first_record_.push_back(archive.size() + archive.segments_.back().size());
    archive.token_total_ += entry.tokens;
  }
  return archive;
}

std::vector<Error> Archive::verify(const std::string& path) {
  std::vector<Error> damages;
  try {
    for (const SegmentEntry& entry : read_manifest(path).segments) {
      try {
        open_segment(path, entry).verify(damages);
      } catch (const Error& error) {
        damages.push_back(error);
      }
    }
  } catch (const Error& error) {
    damages.push_back(error);
  }
  return damages;
}

Archive::Place Archive::locate(std::size_t i) const {
  const auto next = std::upper_bound(first_record_.begin(), first_record_.end(), i);
  const auto segment = static_cast<std::size_t>(next - first_record_.begin()) - 1;
  return {segments_[segment], i - first_record_[segment]};
}

std::string_view Archive::key(std::size_t i) const {
  const Place place = locate(i);
  return place.segment.key(place.index);
}

double Archive::seconds(std::size_t i) const {
  const Place place = locate(i);
  return place.segment.seconds(place.index);
}

std::size_t Archive::token_count(std::size_t i) const {
  const Place place = locate(i);
  return place.segment.token_count(place.index);
}

void Archive::tokens(std::size_t i, std::vector<tokens::Token>& values) const {
  const Place place = locate(i);
  place.segment.tokens(place.index, values);
}

bool Archive::has_starts(std::size_t i) const {
  const Place place = locate(i);
  return place.segment.has_starts(place.index);
}

void Archive::starts_ms(std::size_t i, std::vector<std::uint32_t>& values) const {
  const Place place = locate(i);
  place.segment.starts_ms(place.index, values);
}

std::optional<Source> Archive::source(std::size_t i) const {
  const Place place = locate(i);
  return place.segment.source(place.index);
}

void Archive::record(std::size_t i, tokens::Record& record) const {
  const Place place = locate(i);
  place.segment.record(place.index, record);
}

std::vector<Archive::SectionTotal> Archive::section_totals() const {
  std::vector<SectionTotal> totals;
  std::uint64_t frames = manifest_bytes_;
  for (const Segment& segment : segments_)
    frames += segment.file_size();
  for (std::uint32_t number = kKeyOffsets; number < kSectionKinds; ++number) {
    const auto kind = static_cast<SectionKind>(number);
    SectionTotal total{kind, Segment::section_name(kind), 0};
    for (const Segment& segment : segments_)
      total.bytes += segment.section_size(kind);
    frames -= total.bytes;
    totals.push_back(total);
  }
  totals.push_back({kSectionKinds, "framing", frames});
  return totals;
}

}  // namespace pairalign::archive

#include "archive/salvage.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "archive/folder.hpp"
#include "archive/manifest.hpp"
#include "archive/writer.hpp"
#include "base/file.hpp"
#include "base/hash.hpp"
#include "tokens/reader.hpp"

namespace pairalign::archive {
namespace {

using Bytes = std::vector<unsigned char>;

// A segment to look for, with its manifest entry if there is a manifest.
struct Wanted {
  std::string path;
  std::optional<SegmentEntry> entry;
  RecordNumbers removed;
};

// The size of head, rows and checksum at `at`; 0 unless they are intact.
std::size_t sound_head(const Bytes& bytes, std::size_t at) {
  SegmentHead head;
  if (at > bytes.size() || bytes.size() - at < sizeof head) return 0;
  std::memcpy(&head, &bytes[at], sizeof head);
  const std::size_t size = head_size(head.sections);
  if (std::memcmp(head.magic, kSegmentMagic, sizeof head.magic) != 0) return 0;
  if (size > bytes.size() - at) return 0;
  std::uint64_t hash;
  std::memcpy(&hash, &bytes[at + size - sizeof hash], sizeof hash);
  return hash64(&bytes[at], size - sizeof hash) == hash ? size : 0;
}

// The bytes of a segment with both heads and the end mark restored, and zeros for what is missing
// at its end: checksums will reveal any that differ from the original. Leaves bytes without an
// intact head as they are.
Bytes with_frame_repaired(Bytes bytes) {
  std::size_t at = 0;
  std::size_t size = sound_head(bytes, at);
  for (std::uint64_t sections = 1; size == 0 && sections < 64; ++sections) {
    at = bytes.size() - sizeof kSegmentEnd - head_size(sections);  // that before the end mark
    if (sound_head(bytes, at) == head_size(sections)) size = head_size(sections);
  }
  if (size == 0) return bytes;
  const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(at);
  const Bytes top(begin, begin + static_cast<std::ptrdiff_t>(size));
  SegmentHead head;
  std::memcpy(&head, top.data(), sizeof head);
  // A size that no segment has, even if the head's checksum matches, is not worth the memory; nor
  // is one of which not even the page sums, which come first, are left.
  if (head.file_size < 2 * size + sizeof kSegmentEnd || head.file_size > (1ULL << 36)) return bytes;
  if (page_count(head.file_size) * sizeof(std::uint32_t) > bytes.size()) return bytes;
  bytes.resize(head.file_size);
  const auto end = bytes.end() - sizeof kSegmentEnd;
  std::copy(top.begin(), top.end(), bytes.begin());
  std::copy(top.begin(), top.end(), end - static_cast<std::ptrdiff_t>(size));
  std::copy(std::begin(kSegmentEnd), std::end(kSegmentEnd), end);
  return bytes;
}

class Salvage {
 public:
  Salvage(std::string damaged, const std::string& target)
      : folder_(std::move(damaged)), target_(target) {}

  SalvageReport run() {
    for (const Wanted& wanted : find_segments())
      save(wanted);
    writer_->commit();
    return std::move(report_);
  }

 private:
  // Those of the manifest, and those that it does not name but an older or newer one may have.
  std::vector<Wanted> find_segments() {
    if (!exists(folder_)) throw Error(folder_, "no such folder");
    Manifest manifest;
    bool has_manifest = true;
    try {
      manifest = read_manifest(folder_);
    } catch (const Error& error) {
      has_manifest = false;
      report_.damages.push_back(error);
    }
    std::vector<Wanted> wanted;
    std::set<std::uint64_t> known(manifest.replaced.begin(), manifest.replaced.end());
    for (const SegmentEntry& entry : manifest.segments) {
      known.insert(entry.number);
      wanted.push_back({folder_ + "/" + segment_file(entry.number), entry, {}});
      try {
        wanted.back().removed = read_removed(folder_, entry);
      } catch (const Error& error) {
        report_.damages.emplace_back(error.subject(),
                                     error.reason() + "; records it removed are back");
      }
    }
    if (!is_free(target_)) throw Error(target_, "exists; salvage writes a new archive");
    WriterOptions options;
    options.coding = manifest.coding;
    options.indexing = manifest.indexing;
    writer_.emplace(target_, manifest.header, options);
    for (Wanted& stray : segments_present(known)) {
      if (has_manifest) {
        report_.damages.emplace_back(stray.path, "not in the manifest; its records are saved too");
      }
      wanted.push_back(std::move(stray));
    }
    return wanted;
  }

  // Every file that looks like a segment, except known ones. Of two lists of removed records of one
  // segment, one was left by a writer that was killed; the shorter one loses nothing.
  std::vector<Wanted> segments_present(const std::set<std::uint64_t>& known) {
    std::map<std::uint64_t, Wanted> segments;
    const std::vector<std::string> names = names_in(folder_);
    for (const std::string& name : names) {
      const auto file = parse_numbered(name);
      if (!file || !file->is_segment || known.count(file->number) > 0) continue;
      segments.emplace(file->number, Wanted{folder_ + "/" + name, std::nullopt, {}});
    }
    for (const std::string& name : names) {
      const auto file = parse_numbered(name);
      if (!file || file->is_segment || segments.empty()) continue;
      try {
        const std::string path = folder_ + "/" + name;
        RemovedFile removed = parse_removed(path, read_file(path));
        const auto found = segments.find(removed.segment);
        if (found == segments.end()) continue;
        RecordNumbers& shorter = found->second.removed;
        if (shorter.empty() || removed.records.size() < shorter.size()) {
          shorter = std::move(removed.records);
        }
      } catch (const Error& error) {
        report_.damages.push_back(error);
      }
    }
    std::vector<Wanted> wanted;
    wanted.reserve(segments.size());
    for (auto& [number, segment] : segments)
      wanted.push_back(std::move(segment));
    return wanted;
  }

  void save(const Wanted& wanted) {
    try {
      save_records(wanted, open(wanted));
    } catch (const Error& error) {
      report_.damages.push_back(error);
      if (wanted.entry) {
        report_.lost += wanted.entry->records - wanted.removed.size();
      } else {
        ++report_.unknown_segments;
      }
    }
  }

  // Throws when nothing of the segment can be read.
  SegmentDamage open(const Wanted& wanted) {
    const auto [path, text] = open_under_either_name(
        wanted.path, [](const std::string& name) { return std::pair(name, read_file(name)); });
    Bytes bytes(text.begin(), text.end());
    try {
      return check_identity(wanted, Segment(path, bytes));
    } catch (const Error& error) {
      SegmentDamage repaired =
          check_identity(wanted, Segment(path, with_frame_repaired(std::move(bytes))));
      report_.damages.push_back(error);
      return repaired;
    }
  }

  static SegmentDamage check_identity(const Wanted& wanted, Segment segment) {
    if (wanted.entry && segment.hash() != wanted.entry->hash) {
      throw Error(segment.path(), "damaged: not the segment that the manifest describes");
    }
    return SegmentDamage(std::move(segment));
  }

  void save_records(const Wanted& wanted, const SegmentDamage& damage) {
    const Segment& segment = damage.segment();
    for (const Error& error : damage.describe())
      report_.damages.push_back(error);
    take_header(segment);
    tokens::Record record;
    for (std::size_t i = 0; i < segment.size(); ++i) {
      if (is_removed(wanted.removed, i)) continue;
      if (damage.concerns(i)) {
        ++report_.lost;
        continue;
      }
      try {
        segment.record(i, record);
        writer_->add(record, segment.source(i));
        ++report_.saved;
      } catch (const RefusedRecord& error) {
        report_.damages.push_back(error);
        ++report_.lost;
      }
    }
  }

  // Adds what the segment knew of its strings; the manifest, which knew more, takes precedence.
  void take_header(const Segment& segment) {
    const Section& section = segment.section(kHeader);
    const std::string text(reinterpret_cast<const char*>(section.data), section.size);
    if (text.empty()) return;
    const bool sound = hash64(section.data, padded(section.size)) == section.hash;
    tokens::Header header;
    if (sound && tokens::parse_header("#pairalign 1 " + text, header)) {
      writer_->take_header(header);
    }
  }

  std::string folder_;
  std::string target_;
  SalvageReport report_;
  std::optional<ArchiveWriter> writer_;
};

}  // namespace

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

SalvageReport salvage(const std::string& damaged, const std::string& target) {
  return Salvage(damaged, target).run();
}

}  // namespace pairalign::archive

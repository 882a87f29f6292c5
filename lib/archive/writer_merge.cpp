// Merging of archives, and compaction of segments.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "archive/salvage.hpp"
#include "archive/writer.hpp"
#include "base/error.hpp"

namespace pairalign::archive {
namespace {

struct MergedArchive {
  std::string path;
  std::string prefix;
  Removals removals;
};

bool same_string(const Segment& a, std::size_t i, const Segment& b, std::size_t j) {
  std::vector<tokens::Token> tokens_a, tokens_b;
  a.tokens(i, 0, Segment::kToEnd, tokens_a);
  b.tokens(j, 0, Segment::kToEnd, tokens_b);
  return tokens_a == tokens_b && a.seconds(i) == b.seconds(j);
}

// Records that would be replaced by different ones.
struct Conflicts {
  std::uint64_t count = 0;
  std::string key, older, newer;  // of the first

  void add(const std::string& conflicting, const std::string& a, const std::string& b) {
    if (count++ == 0) key = conflicting, older = a, newer = b;
  }
};

// Marks the records that later ones replace; returns how many.
std::size_t mark_replaced(std::vector<MergedArchive>& archives, Conflicts& conflicts) {
  std::vector<NewerRecords::Input> inputs;
  std::vector<const MergedArchive*> owners;  // by segment
  for (const MergedArchive& merged : archives) {
    const Archive& archive = merged.removals.archive;
    for (std::size_t s = 0; s < archive.segment_count(); ++s) {
      inputs.push_back({&archive.segment(s), archive.removed(s), merged.prefix});
      owners.push_back(&merged);
    }
  }
  NewerRecords newer(inputs);
  std::size_t replaced = 0;
  std::uint32_t at = 0;
  for (MergedArchive& merged : archives) {
    const std::size_t next = at + merged.removals.archive.segment_count();
    for (RecordNumbers& removed : merged.removals.removed) {
      const auto is_replaced = [&](const ScannedRecord& record) {
        const std::string key = merged.prefix + record.key();
        const RecordPlace own{at, static_cast<std::uint32_t>(record.number())};
        std::optional<RecordPlace> by = newer.newest(key);
        const bool same_key = own < by;
        if (!same_key) by = newer.changed(key, record, next);
        if (!by) return false;
        const bool agree = same_key && same_string(record.segment(), record.number(),
                                                   *inputs[by->segment].segment, by->record);
        if (by->segment >= next && !agree) {
          conflicts.add(key, merged.path, owners[by->segment]->path);
        }
        return true;
      };
      replaced += remove_if(*inputs[at].segment, is_replaced, removed);
      ++at;
    }
  }
  return replaced;
}

// Once a damaged record is in a new segment, its checksum matches and the damage is undetectable.
void require_sound(const std::string& path) {
  const std::vector<Error> damages = SegmentDamage(Segment(path)).describe();
  if (damages.empty()) return;
  throw Error(damages.front().subject(),
              damages.front().reason() + "; not rewritten, see --check and --salvage");
}

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

  const auto most = std::max_element(segments.begin(), segments.end(),
                                     [](const SegmentEntry& a, const SegmentEntry& b) {
                                       return removed_bytes(a) < removed_bytes(b);
                                     });
  if (most == segments.end() || 2 * most->removed.records <= most->records) return std::nullopt;
  const auto index = static_cast<std::size_t>(most - segments.begin());
  return SegmentRange{index, index + 1};
}

bool ArchiveWriter::is_compact() const {
  if (manifest_.segments.empty()) return true;
  const SegmentEntry& entry = manifest_.segments.front();
  if (manifest_.segments.size() > 1 || entry.removed.file != 0) return false;
  const Segment segment = open_segment(file(segment_file(entry.number)));
  return segment.coding() == manifest_.coding &&
         segment.pair_index().present() == is_indexed(entry.tokens);
}

std::size_t ArchiveWriter::merge(const std::vector<std::string>& others,
                                 const MergeOptions& options) {
  begin();
  if (others.empty() && is_compact()) return commit();
  std::vector<MergedArchive> archives;
  archives.push_back({path_, "", Removals(open_committed())});
  for (const std::string& other : others) {
    Archive archive = Archive::open(other);
    try {
      take_header(archive.header());
    } catch (const Error& error) {
      throw Error(other, error.reason());
    }
    archives.push_back({other, options.prefix, Removals(std::move(archive))});
  }
  Conflicts conflicts;
  const std::size_t replaced = mark_replaced(archives, conflicts);
  if (conflicts.count > 0 && !options.replace) {
    throw Error(path_,
                fmt::format("{} records differ from later ones of the same keys, the first "
                            "{}, in {} and {}; nothing is merged: --replace keeps the last "
                            "of each, --prefix tells the archives apart",
                            conflicts.count, conflicts.key, conflicts.older, conflicts.newer));
  }
  const auto for_each_segment = [&](const auto& action) {
    for (const MergedArchive& merged : archives) {
      for (std::size_t s = 0; s < merged.removals.removed.size(); ++s)
        action(merged, merged.removals.archive.segment(s), merged.removals.removed[s]);
    }
  };
  for_each_segment([](const MergedArchive&, const Segment& segment, const RecordNumbers&) {
    require_sound(segment.path());
  });
  for_each_segment([&](const MergedArchive& merged, const Segment& segment,
                       const RecordNumbers& removed) { add_all(segment, removed, merged.prefix); });
  if (builder_.size() > 0) write_segment();
  Manifest next = manifest_;
  next.next_file += written_.size();
  next.segments = written_;
  swap_manifest(std::move(next));
  end();
  return replaced;
}

void ArchiveWriter::add_all(const Segment& segment, const RecordNumbers& removed,
                            const std::string& prefix) {
  tokens::Record record;
  for (std::size_t i = 0; i < segment.size(); ++i) {
    if (is_removed(removed, i)) continue;
    segment.record(i, record);
    record.key.insert(0, prefix);
    add(record, segment.source(i));
  }
}

void ArchiveWriter::compact() {
  if (!options_.compaction) return;
  try {
    const auto range = segments_to_rewrite(manifest_.segments, options_.segment_bytes);
    if (range) rewrite(range->first, range->last);
  } catch (const Error& error) {
    drop_written(0);
    builder_ = SegmentBuilder();
    compaction_failure_ = error;
  }
}

// Adjacent segments become one, or none if all of their records are removed.
void ArchiveWriter::rewrite(std::size_t first, std::size_t last) {
  const std::vector<SegmentEntry>& segments = manifest_.segments;
  for (std::size_t s = first; s < last; ++s) {
    const Segment segment = open_segment(file(segment_file(segments[s].number)));
    require_sound(segment.path());
    add_all(segment, read_removed(path_, segments[s]), "");
  }
  if (builder_.size() > 0) write_segment();
  Manifest next = manifest_;
  next.next_file += written_.size();
  const auto begin = next.segments.begin();
  const auto at = next.segments.erase(begin + static_cast<std::ptrdiff_t>(first),
                                      begin + static_cast<std::ptrdiff_t>(last));
  next.segments.insert(at, written_.begin(), written_.end());
  swap_manifest(std::move(next));
}

}  // namespace pairalign::archive

// Merging of archives, and compaction of segments.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "archive/salvage.hpp"
#include "archive/writer.hpp"
#include "base/error.hpp"

namespace pairalign::archive {
namespace {

bool same_string(const Segment& a, std::size_t i, const Segment& b, std::size_t j) {
  std::vector<tokens::Token> tokens_a, tokens_b;
  a.tokens(i, 0, Segment::kToEnd, tokens_a);
  b.tokens(j, 0, Segment::kToEnd, tokens_b);
  return tokens_a == tokens_b && a.seconds(i) == b.seconds(j);
}

// Records that would be replaced by different ones.
struct Conflicts {
  std::uint64_t count = 0;
  std::string first;  // its key and the archives
};

// Marks the records that later ones replace, in segments of the archives whose numbers are
// `owners`; returns how many.
std::size_t mark_replaced(std::vector<NewerRecords::Input>& segments,
                          const std::vector<std::size_t>& owners,
                          const std::vector<std::string>& archives, Conflicts& conflicts) {
  NewerRecords newer(segments);
  std::size_t replaced = 0;
  for (std::uint32_t at = 0; at < segments.size(); ++at) {
    const auto next_archive = std::upper_bound(owners.begin(), owners.end(), owners[at]);
    const auto next = static_cast<std::size_t>(next_archive - owners.begin());
    const auto is_replaced = [&](const ScannedRecord& record) {
      const std::string key = segments[at].prefix + record.key();
      const RecordPlace own{at, static_cast<std::uint32_t>(record.number())};
      std::optional<RecordPlace> by = newer.newest(key);
      const bool same_key = own < by;
      if (!same_key) by = newer.changed(key, record, next);
      if (!by) return false;
      const bool agree = same_key && same_string(record.segment(), record.number(),
                                                 *segments[by->segment].segment, by->record);
      if (by->segment >= next && !agree && conflicts.count++ == 0) {
        conflicts.first = fmt::format("{}, in {} and {}", key, archives[owners[at]],
                                      archives[owners[by->segment]]);
      }
      return true;
    };
    replaced += remove_if(*segments[at].segment, is_replaced, segments[at].removed);
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
  std::vector<std::string> paths = others;
  paths.insert(paths.begin(), path_);
  std::vector<Archive> archives;
  for (const std::string& path : paths) {
    archives.push_back(archives.empty() ? open_committed() : Archive::open(path));
    try {
      take_header(archives.back().header());
    } catch (const Error& error) {
      throw Error(path, error.reason());
    }
  }
  std::vector<NewerRecords::Input> segments;
  std::vector<std::size_t> owners;  // the archive of each
  for (std::size_t a = 0; a < archives.size(); ++a) {
    const std::string prefix = a == 0 ? "" : options.prefix;
    for (std::size_t s = 0; s < archives[a].segment_count(); ++s) {
      segments.push_back({&archives[a].segment(s), archives[a].removed(s), prefix});
      owners.push_back(a);
    }
  }
  Conflicts conflicts;
  const std::size_t replaced = mark_replaced(segments, owners, paths, conflicts);
  if (conflicts.count > 0 && !options.replace) {
    throw Error(path_, fmt::format("{} records differ from later ones of the same keys, the first "
                                   "{}; nothing is merged: --replace keeps the last of each, "
                                   "--prefix tells the archives apart",
                                   conflicts.count, conflicts.first));
  }
  for (const NewerRecords::Input& input : segments)
    require_sound(input.segment->path());
  for (const NewerRecords::Input& input : segments)
    add_all(*input.segment, input.removed, input.prefix);
  if (builder_.size() > 0) write_segment();
  Manifest next = manifest_;
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
    const std::vector<SegmentEntry>& segments = manifest_.segments;
    const auto range = segments_to_rewrite(segments, options_.segment_bytes);
    if (!range) return;
    // They become one, or none if all of their records are removed.
    for (std::size_t s = range->first; s < range->last; ++s) {
      const Segment segment = open_segment(file(segment_file(segments[s].number)));
      require_sound(segment.path());
      add_all(segment, read_removed(path_, segments[s]), "");
    }
    if (builder_.size() > 0) write_segment();
    Manifest next = manifest_;
    const auto begin = next.segments.begin();
    const auto at = next.segments.erase(begin + static_cast<std::ptrdiff_t>(range->first),
                                        begin + static_cast<std::ptrdiff_t>(range->last));
    next.segments.insert(at, written_.begin(), written_.end());
    swap_manifest(std::move(next));
  } catch (const Error& error) {
    drop_written(0);
    builder_ = SegmentBuilder();
    compaction_failure_ = error;
  }
}

}  // namespace pairalign::archive

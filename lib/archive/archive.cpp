#include "archive/archive.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "archive/salvage.hpp"

namespace pairalign::archive {
namespace {

Segment open_segment(const std::string& folder, const SegmentEntry& entry) {
  const std::string path = folder + "/" + segment_file(entry.number);
  Segment segment = archive::open_segment(path);
  if (segment.hash() != entry.hash || segment.file_size() != entry.bytes ||
      segment.size() != entry.records || segment.token_total() != entry.tokens) {
    throw Error(path, "damaged: not the segment that the manifest describes");
  }
  return segment;
}

}  // namespace

Archive Archive::open_once(const std::string& path, const Manifest& manifest) {
  Archive archive;
  archive.manifest_ = manifest;
  archive.parts_.reserve(manifest.segments.size());
  for (const SegmentEntry& entry : manifest.segments) {
    Part part{open_segment(path, entry), read_removed(path, entry)};
    const std::size_t live = part.segment.size() - part.removed.size();
    archive.first_record_.push_back(archive.size() + live);
    archive.token_total_ += entry.tokens - entry.removed.tokens;
    archive.parts_.push_back(std::move(part));
  }
  return archive;
}

Archive Archive::open(const std::string& path) {
  Manifest manifest = read_manifest(path);
  for (;;) {
    try {
      return open_once(path, manifest);
    } catch (const Error&) {
      // Files that it names may be gone if a writer has replaced it meanwhile.
      const std::string before = to_text(manifest);
      manifest = read_manifest(path);
      if (to_text(manifest) == before) throw;
    }
  }
}

std::vector<Error> Archive::verify(const std::string& path) {
  std::vector<Error> damages;
  const auto noting = [&](const auto& part) {
    try {
      part();
    } catch (const Error& error) {
      damages.push_back(error);
    }
  };
  noting([&] {
    for (const SegmentEntry& entry : read_manifest(path).segments) {
      noting([&] {
        const SegmentDamage damage(open_segment(path, entry));
        const std::vector<Error> found = damage.describe();
        damages.insert(damages.end(), found.begin(), found.end());
      });
      noting([&] { read_removed(path, entry); });
    }
  });
  return damages;
}

std::size_t Archive::part_of(std::size_t i) const {
  const auto next = std::upper_bound(first_record_.begin(), first_record_.end(), i);
  return static_cast<std::size_t>(next - first_record_.begin()) - 1;
}

std::map<std::size_t, std::size_t> Archive::token_counts() const {
  std::unordered_map<std::size_t, std::size_t> numbers;
  for (const Part& part : parts_) {
    for (std::size_t block = 0; block < part.segment.blocks(); ++block) {
      const std::size_t first = block * kBlockRecords;
      const std::size_t last = std::min(first + kBlockRecords, part.segment.size());
      const Segment::Counts counts = part.segment.token_counts(block);
      for (std::size_t record = first; record < last; ++record)
        ++numbers[counts[record - first]];
    }
    for (const std::uint32_t record : part.removed)
      --numbers[part.segment.token_count(record)];
  }
  return {numbers.begin(), numbers.end()};
}

std::size_t Archive::run_end(std::size_t first, std::size_t tokens) const {
  const std::size_t p = part_of(first);
  const Part& part = parts_[p];
  const std::size_t begin = nth_live(part.removed, first - first_record_[p]);
  const std::uint64_t position = part.segment.token_place(begin).begin + tokens;
  if (position >= part.segment.token_total()) return first_record_[p + 1];
  const std::size_t end = part.segment.record_at(position).record + 1;
  return first_record_[p] + live_before(part.removed, std::max(begin + 1, end));
}

void Archive::tokens(std::size_t first, std::size_t last, std::vector<tokens::Token>& values,
                     std::vector<std::size_t>& offsets) const {
  values.clear();
  offsets.assign(1, 0);
  for (std::size_t p = first < last ? part_of(first) : 0; first < last; ++p) {
    const Part& part = parts_[p];
    const std::size_t stop = std::min(last, first_record_[p + 1]);
    std::size_t begin = nth_live(part.removed, first - first_record_[p]);
    std::size_t wanted = stop - first;
    auto gap = std::lower_bound(part.removed.begin(), part.removed.end(), begin);
    // From one removed record to the next.
    while (wanted > 0) {
      const std::size_t run_end = gap == part.removed.end() ? part.segment.size() : *gap++;
      const std::size_t end = std::min(run_end, begin + wanted);
      part.segment.append_tokens(begin, end, values, offsets);
      wanted -= end - begin;
      begin = run_end + 1;
    }
    first = stop;
  }
}

std::vector<Error> Archive::index_damages() const {
  std::vector<Error> damages;
  for (const Part& part : parts_) {
    if (!part.segment.pair_damage_seen()) continue;
    damages.emplace_back(part.segment.path(),
                         "its index is damaged: records are compared one by one instead");
  }
  return damages;
}

}  // namespace pairalign::archive

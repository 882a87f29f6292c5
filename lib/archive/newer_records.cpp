#include "archive/newer_records.hpp"

#include <algorithm>
#include <utility>

#include "archive/key_scan.hpp"
#include "base/hash.hpp"
#include "tokens/record.hpp"

namespace pairalign::archive {
namespace {

std::uint64_t hash_of(std::string_view text) {
  return hash64(text.data(), text.size());
}

}  // namespace

// Hashes are spread evenly, so a bucket holds at most about kBucketSize entries.
void RecordTable::sort() {
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    return a.hash != b.hash ? a.hash < b.hash : a.place < b.place;
  });
  shift_ = 63;
  while (shift_ > 0 && (entries_.size() >> (64 - shift_)) > kBucketSize)
    --shift_;
  first_.assign((std::size_t{1} << (64 - shift_)) + 1, 0);
  for (const Entry& entry : entries_)
    ++first_[bucket_of(entry.hash) + 1];
  for (std::size_t b = 1; b < first_.size(); ++b)
    first_[b] += first_[b - 1];
}

std::pair<const RecordTable::Entry*, const RecordTable::Entry*> RecordTable::find(
    std::uint64_t hash) const {
  const std::size_t bucket = bucket_of(hash);
  const Entry* const end = entries_.data() + first_[bucket + 1];
  const Entry* const first =
      std::lower_bound(entries_.data() + first_[bucket], end, hash,
                       [](const Entry& entry, std::uint64_t value) { return entry.hash < value; });
  const Entry* last = first;
  while (last != end && last->hash == hash)
    ++last;
  return {first, last};
}

NewerRecords::NewerRecords(std::vector<Input> segments) : segments_(std::move(segments)) {
  for (std::size_t s = 0; s < segments_.size(); ++s)
    take_in(s);
  keys_.sort();
  paths_.sort();
  std::sort(contents_.begin(), contents_.end());
}

void NewerRecords::take_in(std::size_t s) {
  const Input& own = segments_[s];
  std::vector<Segment::Metadata> metadata;
  std::size_t block = own.segment->blocks();  // the one that the metadata are of
  std::string last_path;
  std::optional<Source> last_source;
  for_each_key(*own.segment, own.removed, [&](const std::string& short_key, std::size_t record) {
    const std::string key = own.prefix + short_key;
    const RecordPlace place{static_cast<std::uint32_t>(s), static_cast<std::uint32_t>(record)};
    keys_.add(hash_of(key), place);
    if (record / kBlockRecords != block) {
      block = record / kBlockRecords;
      own.segment->block_metadata(block, metadata);
    }
    const std::optional<Source>& source = metadata[record % kBlockRecords].source;
    const std::string_view path = tokens::split_fragment(key).path;
    if (path == last_path && source == last_source) return;
    last_path = path;
    last_source = source;
    if (path.size() < key.size()) paths_.add(hash_of(path), place);
    if (source && source->hash != 0) contents_.push_back(source->hash);
  });
}

std::string NewerRecords::key_of(const RecordPlace& place) const {
  const Input& own = segments_[place.segment];
  return own.prefix + own.segment->key(place.record);
}

std::optional<RecordPlace> NewerRecords::newest(const std::string& key) const {
  auto [first, last] = keys_.find(hash_of(key));
  while (last != first) {
    --last;
    if (key_of(last->place) == key) return last->place;
  }
  return std::nullopt;
}

// Remembers the last path, because records of one path are nearly always adjacent.
const std::vector<NewerRecords::FileState>& NewerRecords::states_of(std::string_view path) {
  if (path == path_) return states_;
  states_.clear();
  for (const RecordTable* table : {&keys_, &paths_}) {
    auto [first, last] = table->find(hash_of(path));
    for (; first != last; ++first) {
      if (tokens::split_fragment(key_of(first->place)).path != path) continue;
      const Segment& segment = *segments_[first->place.segment].segment;
      states_.push_back({first->place, segment.source(first->place.record)});
    }
  }
  path_ = path;
  return states_;
}

std::optional<RecordPlace> NewerRecords::changed(const std::string& key, const Segment& older,
                                                 std::size_t record, std::size_t from) {
  const std::vector<FileState>& states = states_of(tokens::split_fragment(key).path);
  if (states.empty()) return std::nullopt;
  const std::optional<Source> source = older.source(record);
  if (!source) return std::nullopt;
  for (const FileState& state : states) {
    const bool is_newer = state.place.segment >= from;
    if (is_newer && state.source && !same_contents(*source, *state.source)) return state.place;
  }
  return std::nullopt;
}

bool NewerRecords::moved(const Segment& older, std::size_t record, const Source& source) {
  if (!std::binary_search(contents_.begin(), contents_.end(), source.hash)) return false;
  const std::string key = older.key(record);
  const std::string path(tokens::split_fragment(key).path);
  return states_of(path).empty() && is_gone(path);
}

}  // namespace pairalign::archive

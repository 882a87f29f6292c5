#include "archive/removals.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "tokens/record.hpp"

namespace pairalign::archive {

std::size_t remove_if(const Segment& segment, const RecordMatch& match, RecordNumbers& removed) {
  RecordNumbers going;
  for_each_record(segment, removed, [&](const ScannedRecord& record) {
    if (match(record)) going.push_back(static_cast<std::uint32_t>(record.number()));
  });
  removed.insert(removed.end(), going.begin(), going.end());
  std::inplace_merge(removed.begin(), removed.end() - static_cast<std::ptrdiff_t>(going.size()),
                     removed.end());
  return going.size();
}

Removals::Removals(Archive of) : archive(std::move(of)) {
  for (std::size_t s = 0; s < archive.segment_count(); ++s)
    removed.push_back(archive.removed(s));
}

std::size_t Removals::added() const {
  std::size_t total = 0;
  for (std::size_t s = 0; s < removed.size(); ++s)
    total += added(s);
  return total;
}

std::size_t Removals::remove_if(const RecordMatch& match) {
  std::size_t total = 0;
  for (std::size_t s = 0; s < removed.size(); ++s)
    total += archive::remove_if(archive.segment(s), match, removed[s]);
  return total;
}

// Hashes are spread evenly, so a bucket holds at most about kBucketSize entries.
void RecordTable::sort() {
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    return a.hash != b.hash ? a.hash < b.hash : a.place < b.place;
  });
  shift_ = 63;
  while ((entries_.size() >> (64 - shift_)) > kBucketSize)
    --shift_;
  first_.assign((std::size_t{1} << (64 - shift_)) + 1, 0);
  for (const Entry& entry : entries_)
    ++first_[bucket_of(entry.hash) + 1];
  std::partial_sum(first_.begin(), first_.end(), first_.begin());
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
  std::string last_path;
  std::optional<Source> last_source;
  for_each_record(*own.segment, own.removed, [&](const ScannedRecord& record) {
    const std::string key = own.prefix + record.key();
    const RecordPlace place{static_cast<std::uint32_t>(s),
                            static_cast<std::uint32_t>(record.number())};
    keys_.add(hash_of(key), place);
    const std::optional<Source>& source = record.metadata().source;
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

std::optional<RecordPlace> NewerRecords::changed(const std::string& key, const ScannedRecord& older,
                                                 std::size_t from) {
  const std::vector<FileState>& states = states_of(tokens::split_fragment(key).path);
  if (states.empty()) return std::nullopt;
  const std::optional<Source>& source = older.metadata().source;
  if (!source) return std::nullopt;
  for (const FileState& state : states) {
    const bool is_newer = state.place.segment >= from;
    if (is_newer && state.source && !same_contents(*source, *state.source)) return state.place;
  }
  return std::nullopt;
}

bool NewerRecords::moved(const ScannedRecord& older) {
  const std::optional<Source>& source = older.metadata().source;
  if (!source || !std::binary_search(contents_.begin(), contents_.end(), source->hash)) {
    return false;
  }
  const std::string path(tokens::split_fragment(older.key()).path);
  return states_of(path).empty() && is_gone(path);
}

}  // namespace pairalign::archive

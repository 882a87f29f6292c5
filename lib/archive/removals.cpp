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

Span<const RecordTable::Entry> RecordTable::find(std::uint64_t hash) const {
  const Entry* const bucket = entries_.data() + first_[bucket_of(hash)];
  const auto [first, last] =
      std::equal_range(bucket, entries_.data() + first_[bucket_of(hash) + 1], Entry{hash, {}},
                       [](const Entry& a, const Entry& b) { return a.hash < b.hash; });
  return {first, static_cast<std::size_t>(last - first)};
}

NewerRecords::NewerRecords(std::vector<Input> segments) : segments_(std::move(segments)) {
  for (std::uint32_t s = 0; s < segments_.size(); ++s) {
    std::string last_path;
    std::optional<Source> last_source;
    const auto take_in = [&](const ScannedRecord& record) {
      const std::string key = segments_[s].prefix + record.key();
      const RecordPlace place{s, static_cast<std::uint32_t>(record.number())};
      keys_.add(hash_of(key), place);
      const std::optional<Source>& source = record.metadata().source;
      const std::string_view path = tokens::split_fragment(key).path;
      if (path == last_path && source == last_source) return;
      last_path = path;
      last_source = source;
      if (path.size() < key.size()) paths_.add(hash_of(path), place);
    };
    for_each_record(*segments_[s].segment, segments_[s].removed, take_in);
  }
  keys_.sort();
  paths_.sort();
}

std::optional<RecordPlace> NewerRecords::newest(const std::string& key) const {
  const Span<const RecordTable::Entry> entries = keys_.find(hash_of(key));
  for (std::size_t i = entries.size(); i-- > 0;) {
    if (key_of(entries[i].place) == key) return entries[i].place;
  }
  return std::nullopt;
}

// Remembers the last path, because records of one path are nearly always adjacent.
const std::vector<NewerRecords::FileState>& NewerRecords::states_of(std::string_view path) {
  if (path == path_) return states_;
  states_.clear();
  for (const RecordTable* table : {&keys_, &paths_}) {
    for (const auto& [hash, place] : table->find(hash_of(path))) {
      if (tokens::split_fragment(key_of(place)).path != path) continue;
      states_.push_back({place, segments_[place.segment].segment->source(place.record)});
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

}  // namespace pairalign::archive

#include "archive/removals.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "archive/key_scan.hpp"
#include "archive/source_reading.hpp"
#include "base/hash.hpp"

namespace pairalign::archive {

namespace {

std::size_t add_numbers(const RecordNumbers& going, RecordNumbers& removed) {
  const auto middle = static_cast<std::ptrdiff_t>(removed.size());
  removed.insert(removed.end(), going.begin(), going.end());
  std::inplace_merge(removed.begin(), removed.begin() + middle, removed.end());
  return going.size();
}

}  // namespace

std::size_t remove_if(const Segment& segment, const RecordMatch& match, RecordNumbers& removed) {
  RecordNumbers going;
  for_each_key(segment, removed, [&](const std::string& key, std::size_t record) {
    if (match(key, segment, record)) going.push_back(static_cast<std::uint32_t>(record));
  });
  return add_numbers(going, removed);
}

// By the hashes of the keys: only where two are the same are the keys themselves compared.
std::size_t remove_repeated(const Segment& segment, RecordNumbers& removed) {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> keys;
  keys.reserve(segment.size());
  for_each_key(segment, removed, [&](const std::string& key, std::size_t record) {
    keys.emplace_back(hash64(key.data(), key.size()), static_cast<std::uint32_t>(record));
  });
  std::sort(keys.begin(), keys.end());
  RecordNumbers going;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    for (std::size_t j = i + 1; j < keys.size() && keys[j].first == keys[i].first; ++j) {
      if (segment.key(keys[j].second) != segment.key(keys[i].second)) continue;
      going.push_back(keys[i].second);
      break;
    }
  }
  std::sort(going.begin(), going.end());
  return add_numbers(going, removed);
}

std::size_t remove_moved(const Segment& segment, const NewerRecords& newer,
                         RecordNumbers& removed) {
  RecordNumbers going;
  std::vector<Segment::Facts> facts;
  for (std::size_t block = 0; block < segment.blocks(); ++block) {
    segment.block_facts(block, facts);
    for (std::size_t j = 0; j < facts.size(); ++j) {
      const std::size_t record = block * kBlockRecords + j;
      if (!facts[j].source || is_removed(removed, record)) continue;
      if (newer.moved(segment, record, *facts[j].source)) {
        going.push_back(static_cast<std::uint32_t>(record));
      }
    }
  }
  return add_numbers(going, removed);
}

Removals::Removals(Archive archive) : archive_(std::move(archive)) {
  for (std::size_t s = 0; s < archive_.segment_count(); ++s)
    removed_.push_back(archive_.removed(s));
}

std::size_t Removals::added() const {
  std::size_t total = 0;
  for (std::size_t s = 0; s < removed_.size(); ++s)
    total += added(s);
  return total;
}

std::size_t Removals::remove_if(const RecordMatch& match) {
  std::size_t total = 0;
  for (std::size_t s = 0; s < removed_.size(); ++s)
    total += archive::remove_if(archive_.segment(s), match, removed_[s]);
  return total;
}

std::size_t Removals::remove_moved(const NewerRecords& newer) {
  std::size_t total = 0;
  for (std::size_t s = 0; s < removed_.size(); ++s)
    total += archive::remove_moved(archive_.segment(s), newer, removed_[s]);
  return total;
}

KeysToRemove::KeysToRemove(const std::vector<std::string>& keys) : keys_(keys) {
  for (const std::string& key : keys)
    wanted_.emplace(key, false);
}

bool KeysToRemove::take(const std::string& key) {
  const auto mark = [&](const std::string& wanted) {
    const auto found = wanted_.find(wanted);
    if (found == wanted_.end()) return false;
    found->second = true;
    return true;
  };
  path_ = tokens::split_fragment(key).path;
  const bool whole = mark(path_);
  return (path_.size() != key.size() && mark(key)) || whole;
}

std::vector<bool> KeysToRemove::found() const {
  std::vector<bool> found;
  for (const std::string& key : keys_)
    found.push_back(wanted_.at(key));
  return found;
}

void NewerRecords::add(const Segment& segment, const RecordNumbers& removed,
                       const std::string& prefix) {
  for_each_key(segment, removed, [&](const std::string& own, std::size_t record) {
    const std::string key = prefix + own;
    const std::string_view path = tokens::split_fragment(key).path;
    File& file = files_[std::string(path)];
    if (path.size() == key.size()) {
      file.whole = record;
    } else {
      parts_[key] = record;
    }
    if (const std::optional<Source> source = segment.source(record)) {
      file.source = source;
      if (source->hash != 0) contents_.insert(source->hash);
    }
  });
}

// Records of one path nearly always follow one another.
const NewerRecords::File* NewerRecords::find(const std::string& key) {
  const std::string_view path = tokens::split_fragment(key).path;
  if (path != path_ || found_ == nullptr) {
    path_ = path;
    const auto found = files_.find(path_);
    found_ = found == files_.end() ? nullptr : &found->second;
  }
  return found_;
}

bool NewerRecords::replaces(const std::string& key, const Segment& segment, std::size_t record) {
  const File* file = find(key);
  if (file == nullptr) return false;
  if (record_of(key)) return true;
  if (!file->source) return false;
  const std::optional<Source> older = segment.source(record);
  return older && !same_contents(*older, *file->source);
}

bool NewerRecords::moved(const Segment& segment, std::size_t record, const Source& source) const {
  if (contents_.count(source.hash) == 0) return false;
  const std::string key = segment.key(record);
  const std::string path(tokens::split_fragment(key).path);
  return files_.count(path) == 0 && is_gone(path);
}

std::optional<std::size_t> NewerRecords::record_of(const std::string& key) {
  const File* file = find(key);
  if (file == nullptr) return std::nullopt;
  if (path_.size() == key.size()) return file->whole;
  const auto part = parts_.find(key);
  return part == parts_.end() ? std::nullopt : std::optional<std::size_t>(part->second);
}

}  // namespace pairalign::archive

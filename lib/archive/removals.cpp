#include "archive/removals.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "archive/key_scan.hpp"

namespace pairalign::archive {

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

std::size_t Removals::remove_if(const Match& match) {
  std::size_t total = 0;
  for (std::size_t s = 0; s < removed_.size(); ++s) {
    const Segment& segment = archive_.segment(s);
    RecordNumbers going;
    for_each_key(segment, removed_[s], [&](const std::string& key, std::size_t record) {
      if (match(key, segment, record)) going.push_back(static_cast<std::uint32_t>(record));
    });
    total += going.size();
    if (going.empty()) continue;
    RecordNumbers both;
    both.reserve(removed_[s].size() + going.size());
    std::merge(removed_[s].begin(), removed_[s].end(), going.begin(), going.end(),
               std::back_inserter(both));
    removed_[s] = std::move(both);
  }
  return total;
}

std::size_t Removals::remove_replaced(NewerRecords& newer) {
  return remove_if([&](const std::string& key, const Segment& segment, std::size_t record) {
    return newer.replaces(key, segment, record);
  });
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

void NewerRecords::add(const Segment& segment, const RecordNumbers& removed) {
  for_each_key(segment, removed, [&](const std::string& key, std::size_t record) {
    const std::string_view path = tokens::split_fragment(key).path;
    File& file = files_[std::string(path)];
    if (path.size() == key.size()) {
      file.whole = true;
    } else {
      parts_.insert(key);
    }
    if (const std::optional<Source> source = segment.source(record)) file.source = source;
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
  const bool whole = path_.size() == key.size();
  if (whole ? file->whole : parts_.count(key) > 0) return true;
  if (!file->source) return false;
  const std::optional<Source> older = segment.source(record);
  return older && !same_contents(*older, *file->source);
}

}  // namespace pairalign::archive

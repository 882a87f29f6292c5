#include "archive/removals.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "archive/key_scan.hpp"

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

std::size_t remove_moved(const Segment& segment, NewerRecords& newer, RecordNumbers& removed) {
  RecordNumbers going;
  std::vector<Segment::Metadata> metadata;
  for (std::size_t block = 0; block < segment.blocks(); ++block) {
    segment.block_metadata(block, metadata);
    for (std::size_t j = 0; j < metadata.size(); ++j) {
      const std::size_t record = block * kBlockRecords + j;
      if (!metadata[j].source || is_removed(removed, record)) continue;
      if (newer.moved(segment, record, *metadata[j].source)) {
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
    total += remove_if(s, match);
  return total;
}

std::size_t Removals::remove_if(std::size_t s, const RecordMatch& match) {
  return archive::remove_if(archive_.segment(s), match, removed_[s]);
}

std::size_t Removals::remove_moved(NewerRecords& newer) {
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

}  // namespace pairalign::archive

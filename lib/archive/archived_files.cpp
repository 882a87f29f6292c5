#include "archive/archived_files.hpp"

#include <algorithm>
#include <string_view>
#include <tuple>

#include "archive/folder.hpp"
#include "archive/key_scan.hpp"
#include "base/hash.hpp"

namespace pairalign::archive {
namespace {

std::uint64_t hash_of(std::string_view path) {
  return hash64(path.data(), path.size());
}

}  // namespace

ArchivedFiles::ArchivedFiles(const std::string& path, bool checksum) : checksum_(checksum) {
  if (is_free(path)) return;
  archive_ = Archive::open(path);
  std::string before;
  std::uint64_t record = 0;
  for (std::size_t s = 0; s < archive_->segment_count(); ++s) {
    for_each_key(archive_->segment(s), archive_->removed(s),
                 [&](const std::string& key, std::size_t) {
                   const std::string_view own = tokens::split_fragment(key).path;
                   if (own != before || record == 0) {
                     before = own;
                     places_.push_back({hash_of(own), record});
                   }
                   ++record;
                 });
  }
  std::sort(places_.begin(), places_.end(), [](const Place& a, const Place& b) {
    return std::tie(a.path_hash, a.record) < std::tie(b.path_hash, b.record);
  });
}

bool ArchivedFiles::holds(const std::string& path) const {
  const std::uint64_t hash = hash_of(path);
  auto place =
      std::lower_bound(places_.begin(), places_.end(), hash,
                       [](const Place& a, std::uint64_t value) { return a.path_hash < value; });
  for (; place != places_.end() && place->path_hash == hash; ++place) {
    const std::string key = archive_->key(place->record);
    if (tokens::split_fragment(key).path != path) continue;  // another path of the same hash
    const std::optional<Source> source = archive_->source(place->record);
    if (!source || !is_unchanged(path, *source)) continue;
    if (!checksum_) return true;
    const std::optional<Source> now = read_source(path);
    if (now && now->hash == source->hash) return true;
  }
  return false;
}

}  // namespace pairalign::archive

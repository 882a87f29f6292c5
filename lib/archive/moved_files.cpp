#include "archive/moved_files.hpp"

#include <algorithm>
#include <string_view>
#include <tuple>

#include "archive/key_scan.hpp"

namespace pairalign::archive {

bool MovedFiles::File::operator<(const File& other) const {
  return std::tie(size, hash, record) < std::tie(other.size, other.hash, other.record);
}

MovedFiles::MovedFiles(const Archive& archive) : archive_(archive) {
  std::string before;
  std::uint64_t record = 0;
  for (std::size_t s = 0; s < archive.segment_count(); ++s) {
    const Segment& segment = archive.segment(s);
    for_each_key(segment, archive.removed(s), [&](const std::string& key, std::size_t own) {
      const std::string_view path = tokens::split_fragment(key).path;
      if (path != before || record == 0) {
        before = path;
        const std::optional<Source> source = segment.source(own);
        if (source && source->hash != 0) files_.push_back({source->size, source->hash, record});
      }
      ++record;
    });
  }
  std::sort(files_.begin(), files_.end());
}

std::optional<MovedFile> MovedFiles::find(const std::string& path) {
  const std::optional<Source> seen = look_at_source(path);
  if (!seen) return std::nullopt;
  const auto same_size = std::lower_bound(files_.begin(), files_.end(), File{seen->size, 0, 0});
  if (same_size == files_.end() || same_size->size != seen->size) return std::nullopt;
  const std::optional<Source> source = read_source(path);
  if (!source || source->hash == 0) return std::nullopt;
  auto file = std::lower_bound(files_.begin(), files_.end(), File{source->size, source->hash, 0});
  for (; file != files_.end() && file->size == source->size && file->hash == source->hash; ++file) {
    const std::string key = archive_.key(file->record);
    std::string from(tokens::split_fragment(key).path);
    if (from == path || !is_gone(from)) continue;
    files_.erase(file);
    return MovedFile{std::move(from), path, *source};
  }
  return std::nullopt;
}

}  // namespace pairalign::archive

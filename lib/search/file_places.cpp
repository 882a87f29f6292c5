#include "search/file_places.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "tokens/record.hpp"

namespace pairalign::search {
namespace {

constexpr std::size_t kMoreHits = 4;  // times as many, if some were repeats

bool names_part(const std::string& key) {
  return tokens::split_fragment(key).path.size() < key.size();
}

bool same(const FilePlace& a, const FilePlace& b) {
  const double common = std::min(a.end, b.end) - std::max(a.begin, b.begin);
  return common > std::min(a.end - a.begin, b.end - b.begin) / 2;
}

void remove_repeats(Span<const archive::Archive> archives, std::size_t places,
                    std::vector<Hit>& hits) {
  std::map<std::pair<std::size_t, std::string>, std::vector<FilePlace>> by_file;
  const auto repeats = [&](const Hit& hit) {
    FilePlace place = file_place(archives[hit.archive], hit.record, hit.match.begin, hit.match.end);
    std::vector<FilePlace>& others = by_file[std::pair(hit.archive, place.file)];
    const auto is_same = [&](const FilePlace& other) { return same(place, other); };
    if (places > 0 && others.size() == places) return true;
    if (std::any_of(others.begin(), others.end(), is_same)) return true;
    others.push_back(std::move(place));
    return false;
  };
  hits.erase(std::remove_if(hits.begin(), hits.end(), repeats), hits.end());
}

}  // namespace

FilePlace file_place(const archive::Archive& archive, std::size_t record, std::size_t begin,
                     std::size_t end) {
  const std::string key = archive.key(record);
  const Hit hit{0, record, {0, begin, end}};
  const std::optional<TimeSpan> time = time_of(archive, hit, Mode::infix);
  if (!time) return {key, static_cast<double>(begin), static_cast<double>(end)};
  const tokens::Fragment fragment = tokens::split_fragment(key);
  return {std::string(fragment.path), fragment.start_s + time->start_s,
          fragment.start_s + time->end_s};
}

bool has_parts(const archive::Archive& archive) {
  std::vector<std::string> keys;
  for (std::size_t s = 0; s < archive.segment_count(); ++s) {
    for (std::size_t block = 0; block < archive.segment(s).blocks(); ++block) {
      archive.segment(s).block_keys(block, keys);
      if (std::any_of(keys.begin(), keys.end(), names_part)) return true;
    }
  }
  return false;
}

bool overlap(const FilePlace& a, const FilePlace& b) {
  return a.file == b.file && a.begin < b.end && b.begin < a.end;
}

std::vector<Hit> without_repeats(Span<const archive::Archive> archives, const SearchConfig& config,
                                 const FindHits& find) {
  std::vector<Hit> hits = find(config.k, config.places);
  const auto part = [&](const Hit& hit) {
    return names_part(archives[hit.archive].key(hit.record));
  };
  if (config.mode == Mode::global || std::none_of(hits.begin(), hits.end(), part)) return hits;
  // Two places in one window may repeat one in another: all are needed to get two per file.
  const std::size_t places = config.places > 1 ? 0 : config.places;
  if (places != config.places) hits = find(config.k, places);
  for (std::size_t k = config.k;; hits = find(k, places)) {
    const bool all = k == 0 || hits.size() < k;
    remove_repeats(archives, config.places, hits);
    if (all || hits.size() >= config.k) break;
    k *= kMoreHits;
  }
  if (config.k > 0) hits.resize(std::min(hits.size(), config.k));
  return hits;
}

}  // namespace pairalign::search

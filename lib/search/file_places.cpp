#include "search/file_places.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "tokens/record.hpp"

namespace pairalign::search {
namespace {

constexpr std::size_t kMoreHits = 4;  // times as many, when some were repeats

bool same(const FilePlace& a, const FilePlace& b) {
  const double common = std::min(a.end, b.end) - std::max(a.begin, b.begin);
  return common > std::min(a.end - a.begin, b.end - b.begin) / 2;
}

void remove_repeats(Span<const archive::Archive> archives, std::size_t places,
                    std::vector<Hit>& hits) {
  std::map<std::pair<std::size_t, std::string>, std::vector<FilePlace>> by_file;
  const auto repeats = [&](const Hit& hit) {
    FilePlace place = file_place(archives[hit.archive], hit.record, hit.match.begin, hit.match.end);
    std::vector<FilePlace>& others = by_file[{hit.archive, place.file}];
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

bool is_part(const archive::Archive& archive, std::size_t record) {
  const std::string key = archive.key(record);
  return tokens::split_fragment(key).path.size() < key.size();
}

bool overlap(const FilePlace& a, const FilePlace& b) {
  return a.file == b.file && a.begin < b.end && b.begin < a.end;
}

std::vector<Hit> without_repeats(Span<const archive::Archive> archives, const SearchConfig& config,
                                 const std::function<std::vector<Hit>(std::size_t k)>& find) {
  for (std::size_t k = config.k;; k *= kMoreHits) {
    std::vector<Hit> hits = find(k);
    const bool all = k == 0 || hits.size() < k;
    const auto part = [&](const Hit& hit) { return is_part(archives[hit.archive], hit.record); };
    if (config.mode == Mode::global || std::none_of(hits.begin(), hits.end(), part)) return hits;
    remove_repeats(archives, config.places, hits);
    if (!all && hits.size() < config.k) continue;
    if (config.k > 0) hits.resize(std::min(hits.size(), config.k));
    return hits;
  }
}

}  // namespace pairalign::search

#include "search/ranking.hpp"

#include <map>
#include <tuple>
#include <utility>

namespace pairalign::search {
namespace {

constexpr std::size_t kTileTokens = std::size_t{1} << 16;
constexpr std::size_t kMoreHits = 4;  // times as many, if some were repeats

// Of the 2n - 1 nearest regions, n are separated by others, so that no place lies in two of them:
// there are n places no farther than the farthest of the 2n - 1, and no region that is farther
// holds one of the n best of the record.
void drop_far(const SearchConfig& config, std::vector<Candidate>& of_record) {
  std::size_t wanted = config.places == 0 ? config.k : config.places;
  if (config.k > 0) wanted = std::min(wanted, config.k);
  if (wanted == 0 || of_record.size() < 2 * wanted) return;
  std::vector<std::size_t> distances;
  for (const Candidate& region : of_record)
    distances.push_back(region.distance);
  const auto farthest = distances.begin() + static_cast<std::ptrdiff_t>(2 * wanted - 2);
  std::nth_element(distances.begin(), farthest, distances.end());
  const auto far = [&](const Candidate& region) { return region.distance > *farthest; };
  of_record.erase(std::remove_if(of_record.begin(), of_record.end(), far), of_record.end());
}

// Joins overlapping regions: which of their matches become places is decided for all at once.
void join(std::vector<Candidate>& of_record) {
  std::size_t last = 0;
  for (std::size_t i = 1; i < of_record.size(); ++i) {
    if (of_record[i].begin >= of_record[last].end) {
      if (++last != i) of_record[last] = std::move(of_record[i]);
      continue;
    }
    of_record[last].distance = std::min(of_record[last].distance, of_record[i].distance);
    of_record[last].end = std::max(of_record[last].end, of_record[i].end);
  }
  of_record.resize(std::min(of_record.size(), last + 1));
}

// Moves the regions of a record to the ranking. Keys are slow to read, so they are read only for
// regions within the bound, which others may have lowered.
void finish_record(Span<const archive::Archive> archives, std::vector<Candidate>& of_record,
                   Ranking& ranking) {
  const SearchConfig& config = ranking.config();
  drop_far(config, of_record);
  join(of_record);
  keep_best(of_record, config.places);
  for (Candidate& region : of_record) {
    const std::optional<std::size_t> bound = ranking.bound(region.length);
    if (!bound || region.distance > *bound) continue;
    region.key = archives[region.archive].key(region.record);
    if (config.exclude_self && ranking.query().key == region.key) break;
    ranking.add(std::move(region));
  }
  of_record.clear();
}

// Passes records [first, last), numbered over all archives, to `visit`.
void visit_range(Span<const archive::Archive> archives, std::size_t first, std::size_t last,
                 const std::function<void(const RecordTile&)>& visit) {
  std::vector<Token> values;
  values.reserve(kTileTokens + kTileTokens / 4);  // enough for all tiles but those of a long record
  std::vector<std::size_t> offsets;
  RecordTile tile;
  std::size_t begin = 0;  // of the archive
  while (first < last) {
    while (first >= begin + archives[tile.archive].size())
      begin += archives[tile.archive++].size();
    const archive::Archive& archive = archives[tile.archive];
    tile.first_record = first - begin;
    tile.documents.clear();
    const std::size_t end = std::min(archive.run_end(tile.first_record, kTileTokens), last - begin);
    first = begin + end;
    archive.tokens(tile.first_record, end, values, offsets);
    for (std::size_t d = 0; d + 1 < offsets.size(); ++d)
      tile.documents.emplace_back(values.data() + offsets[d], offsets[d + 1] - offsets[d]);
    visit(tile);
  }
}

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

bool operator<(const Candidate& a, const Candidate& b) {
  const std::size_t left = a.distance * b.length;
  const std::size_t right = b.distance * a.length;
  if (left != right) return left < right;
  return std::tie(a.key, a.archive, a.record, a.begin) <
         std::tie(b.key, b.archive, b.record, b.begin);
}

std::optional<std::size_t> Ranking::bound(std::size_t length) const {
  if (query_->tokens.empty()) return std::nullopt;
  const align::Distance& distance = *config_.distance;
  std::optional<std::size_t> bound = distance.bound(query_->tokens, config_.min_score, length);
  if (!bound) return bound;
  if (config_.max_distance) {
    bound = std::min(*bound, *config_.max_distance * static_cast<std::size_t>(distance.units()));
  }
  if (full()) {
    // An equal score still matters: its key may come first.
    const Candidate& worst = best_.front();
    bound = std::min(*bound, worst.distance * length / worst.length);
  }
  return bound;
}

void Ranking::add(Candidate candidate) {
  if (full()) {
    if (!(candidate < best_.front())) return;
    std::pop_heap(best_.begin(), best_.end());
    best_.pop_back();
  }
  best_.push_back(std::move(candidate));
  if (config_.k > 0) std::push_heap(best_.begin(), best_.end());
}

void Ranking::merge(Ranking&& other) {
  for (Candidate& candidate : other.best_)
    add(std::move(candidate));
}

std::vector<Candidate> Ranking::take() {
  std::sort(best_.begin(), best_.end());
  return std::exchange(best_, {});
}

void visit_records(Span<const archive::Archive> archives, ThreadPool& pool, std::size_t pieces,
                   const std::function<void(std::size_t, const RecordTile&)>& visit) {
  std::size_t records = 0;
  for (const archive::Archive& archive : archives)
    records += archive.size();
  pieces = std::min(pieces, records);
  pool.parallel_for(pieces, [&](std::size_t p) {
    visit_range(archives, records * p / pieces, records * (p + 1) / pieces,
                [&](const RecordTile& tile) { visit(p, tile); });
  });
}

void rank_regions(Span<const archive::Archive> archives, const align::Scan& scan,
                  align::Strings documents,
                  const std::function<DocumentPlace(std::size_t)>& place_of,
                  Span<Ranking> rankings) {
  const auto bound = [&](std::size_t q, std::size_t tokens) {
    return rankings[q].bound(rankings[q].length(tokens));
  };
  std::vector<align::Region> regions;
  scan.find(documents, bound, regions);
  std::vector<std::vector<Candidate>> open(rankings.size());  // of the current record
  for (const align::Region& region : regions) {
    const DocumentPlace place = place_of(region.document);
    std::vector<Candidate>& of_record = open[region.query];
    Ranking& ranking = rankings[region.query];
    if (!of_record.empty() &&
        (of_record.back().record != place.record || of_record.back().archive != place.archive))
      finish_record(archives, of_record, ranking);
    of_record.push_back({place.archive,
                         place.record,
                         {},
                         region.distance,
                         ranking.length(documents[region.document].size()),
                         place.token + region.begin,
                         place.token + region.end});
  }
  for (std::size_t q = 0; q < open.size(); ++q)
    finish_record(archives, open[q], rankings[q]);
}

FilePlace file_place(const archive::Archive& archive, std::size_t record, std::size_t begin,
                     std::size_t end) {
  const std::string key = archive.key(record);
  const Hit hit{0, record, {0, begin, end}};
  const std::optional<TimeSpan> time = time_of(archive, hit, Mode::infix);
  if (!time) return {key, static_cast<double>(begin), static_cast<double>(end)};
  const double start_s = tokens::split_fragment(key).start_s;
  return {tokens::without_times(key), start_s + time->start_s, start_s + time->end_s};
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

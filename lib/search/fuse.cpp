#include "search/fuse.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <tuple>

#include "align/match.hpp"
#include "align/scan.hpp"
#include "search/chance.hpp"
#include "search/file_places.hpp"
#include "search/record_tiles.hpp"

namespace pairalign::search {
namespace {

constexpr double kScaleEdits = 2;  // 8 bits
constexpr std::size_t kPiecesPerThread = 8;

struct Found {
  double score;
  std::string key;
  std::size_t archive, record;
  std::size_t rendering, begin, end;  // where the best rendering fits

  bool before(const Found& other) const {
    return std::tie(other.score, key, archive, record) <
           std::tie(score, other.key, other.archive, other.record);
  }
};

bool better(const Found& a, const Found& b) {
  return a.before(b);
}

// Keeps the best k; 0: all.
void keep_best(std::vector<Found>& found, std::size_t k) {
  if (k == 0 || found.size() <= k) return;
  std::nth_element(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(k), found.end(),
                   better);
  found.resize(k);
}

// The scan for one query.
class FusedScan {
 public:
  FusedScan(Span<const archive::Archive> archives, const std::vector<Span<const Token>>& strings,
            const std::string& key, const SearchConfig& config)
      : archives_(archives),
        strings_(strings),
        key_(key),
        config_(config),
        fuse_(*config.distance, config.mode, strings),
        lanes_(*config.distance, strings, config.mode) {}

  void take(const RecordTile& tile, std::vector<Found>& found) const {
    std::vector<align::Region> regions;
    lanes_.find(
        tile.documents,
        [](std::size_t, std::size_t) { return std::numeric_limits<std::size_t>::max(); }, regions);
    const std::size_t count = strings_.size();
    std::vector<const align::Region*> best(tile.documents.size() * count);
    for (const align::Region& region : regions) {
      const align::Region*& known = best[region.document * count + region.query];
      if (known == nullptr || region.distance < known->distance) known = &region;
    }
    for (std::size_t i = 0; i < tile.documents.size(); ++i)
      judge(tile, i, &best[i * count], found);
    if (config_.k > 0 && found.size() > 4 * config_.k + 1000) keep_best(found, config_.k);
  }

 private:
  void judge(const RecordTile& tile, std::size_t document, const align::Region* const* best,
             std::vector<Found>& found) const {
    std::vector<double> scores;
    std::size_t top = 0;
    for (std::size_t r = 0; r < strings_.size(); ++r) {
      scores.push_back(score(strings_[r], best[r], tile.documents[document].size()));
      if (scores[r] > scores[top]) top = r;
    }
    const double fused = fuse_(scores);
    if (best[top] == nullptr || fused <= 0 || fused < config_.min_score) return;
    const align::Distance& distance = *config_.distance;
    if (config_.max_distance &&
        best[top]->distance > *config_.max_distance * static_cast<std::size_t>(distance.units()))
      return;
    const std::size_t record = tile.first_record + document;
    std::string key = archives_[tile.archive].key(record);
    if (config_.exclude_self && key == key_) return;
    found.push_back(
        {fused, std::move(key), tile.archive, record, top, best[top]->begin, best[top]->end});
  }

  double score(Span<const Token> string, const align::Region* best, std::size_t tokens) const {
    const align::Distance& distance = *config_.distance;
    const std::size_t length = distance.length(config_.mode, string.size(), tokens);
    return distance.score(string, best != nullptr ? best->distance : distance.max_distance(string),
                          length);
  }

  Span<const archive::Archive> archives_;
  const std::vector<Span<const Token>>& strings_;
  const std::string& key_;
  const SearchConfig& config_;
  Fuse fuse_;
  align::Scan lanes_;
};

Hit hit_of(Span<const archive::Archive> archives, const Found& found, Span<const Token> string,
           const SearchConfig& config) {
  std::vector<Token> document;
  archives[found.archive].tokens(found.record, found.begin, found.end, document);
  Match match = align::Matcher(*config.distance, string).best(document, config.mode);
  match.begin += found.begin;
  match.end += found.begin;
  return {found.archive, found.record, match, found.score};
}

}  // namespace

Fuse::Fuse(const align::Distance& distance, align::Mode mode, align::Strings renderings) {
  double per_unit = 0;
  for (const Span<const Token>& string : renderings) {
    const std::size_t length = distance.length(mode, string.size(), string.size());
    per_unit += (distance.score(string, 0, length) -
                 distance.score(string, static_cast<std::size_t>(distance.units()), length)) /
                static_cast<double>(renderings.size());
  }
  scale_ = per_unit * (distance.counts_edits() ? kScaleEdits : 4 * kScaleEdits);
}

double Fuse::operator()(Span<const double> scores) const {
  const double most = *std::max_element(scores.begin(), scores.end());
  double sum = 0;
  for (const double score : scores)
    sum += std::exp2((score - most) / scale_);
  return most + scale_ * std::log2(sum / static_cast<double>(scores.size()));
}

namespace {

std::vector<Hit> best_hits(Span<const archive::Archive> archives, ThreadPool& pool,
                           const FusedScan& scan, const std::vector<Span<const Token>>& strings,
                           const SearchConfig& config) {
  const RecordTiles tiles(archives);
  const std::size_t records = tiles.records();
  const std::size_t pieces =
      std::min(records, static_cast<std::size_t>(pool.threads()) * kPiecesPerThread);
  std::vector<std::vector<Found>> found(pieces);
  pool.parallel_for(pieces, [&](std::size_t p) {
    tiles.visit(records * p / pieces, records * (p + 1) / pieces,
                [&](const RecordTile& tile) { scan.take(tile, found[p]); });
  });
  std::vector<Found> all;
  for (std::vector<Found>& some : found)
    all.insert(all.end(), std::make_move_iterator(some.begin()),
               std::make_move_iterator(some.end()));
  keep_best(all, config.k);
  std::sort(all.begin(), all.end(), better);
  std::vector<Hit> hits(all.size());
  pool.parallel_for(all.size(), [&](std::size_t i) {
    hits[i] = hit_of(archives, all[i], strings[all[i].rendering], config);
  });
  return hits;
}

}  // namespace

std::vector<Hit> search_fused(Span<const archive::Archive> archives, ThreadPool& pool,
                              Span<const tokens::Record> renderings, const SearchConfig& config,
                              const QueryChance* chance) {
  std::vector<Span<const Token>> strings;
  for (const tokens::Record& record : renderings) {
    if (!record.tokens.empty()) strings.emplace_back(record.tokens);
  }
  if (strings.empty()) return {};
  SearchConfig limited = config;
  limited.places = 1;
  if (chance != nullptr && config.max_evalue) {
    limited.min_score = std::max(config.min_score, chance->lowest_score(*config.max_evalue));
  }
  std::vector<Hit> hits = without_repeats(archives, limited, [&](std::size_t k, std::size_t) {
    SearchConfig asked = limited;
    asked.k = k;
    const FusedScan scan(archives, strings, renderings[0].key, asked);
    return best_hits(archives, pool, scan, strings, asked);
  });
  if (chance != nullptr) set_evalues(*chance, config, hits);
  return hits;
}

}  // namespace pairalign::search

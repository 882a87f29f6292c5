#include "search/fuse.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>
#include <tuple>

#include "align/match.hpp"
#include "align/scan.hpp"
#include "search/chance.hpp"
#include "search/ranking.hpp"

namespace pairalign::search {
namespace {

constexpr double kScaleEdits = 2;  // 8 bits
constexpr std::size_t kPiecesPerThread = 8;

struct Found {
  Hit hit;
  std::string key;
  std::size_t rendering;  // the one that fits best
};

bool operator<(const Found& a, const Found& b) {
  return std::tie(b.hit.score, a.key, a.hit.archive, a.hit.record) <
         std::tie(a.hit.score, b.key, b.hit.archive, b.hit.record);
}

// The best records for one query, whose renderings are `strings`.
std::vector<Hit> find_fused(Span<const archive::Archive> archives, ThreadPool& pool,
                            align::Strings strings, const std::string& query,
                            const SearchConfig& config) {
  const align::Distance& distance = *config.distance;
  const Fuse fuse(distance, config.mode, strings);
  const align::Scan scan(distance, strings, config.mode);
  // `nearest`: the region of each rendering.
  const auto judge = [&](const RecordTile& tile, std::size_t document, const align::Region* nearest,
                         std::vector<Found>& found) {
    std::vector<double> scores;
    for (std::size_t r = 0; r < strings.size(); ++r) {
      scores.push_back(distance.match_score(strings[r], nearest[r].distance, config.mode,
                                            tile.documents[document].size()));
    }
    const auto top =
        static_cast<std::size_t>(std::max_element(scores.begin(), scores.end()) - scores.begin());
    const double score = fuse(scores);
    const align::Region& best = nearest[top];
    if (score <= 0 || score < config.min_score) return;
    if (config.max_distance &&
        best.distance > *config.max_distance * static_cast<std::size_t>(distance.units()))
      return;
    const std::size_t record = tile.first_record + document;
    std::string key = archives[tile.archive].key(record);
    if (config.exclude_self && key == query) return;
    found.push_back({{tile.archive, record, {best.distance, best.begin, best.end}, score},
                     std::move(key),
                     top});
  };
  std::vector<std::vector<Found>> found(static_cast<std::size_t>(pool.threads()) *
                                        kPiecesPerThread);
  visit_records(archives, pool, found.size(), [&](std::size_t piece, const RecordTile& tile) {
    const std::vector<align::Region> nearest = scan.nearest(tile.documents);
    for (std::size_t i = 0; i < tile.documents.size(); ++i)
      judge(tile, i, &nearest[i * strings.size()], found[piece]);
    if (found[piece].size() > 4 * config.k + 1000) keep_best(found[piece], config.k);
  });
  std::vector<Found> all;
  for (std::vector<Found>& some : found)
    std::move(some.begin(), some.end(), std::back_inserter(all));
  keep_best(all, config.k);
  std::sort(all.begin(), all.end());
  std::vector<Hit> hits(all.size());
  // The place of the best rendering in the region in which it was found.
  pool.parallel_for(all.size(), [&](std::size_t i) {
    const auto& [hit, key, rendering] = all[i];
    const std::size_t begin = hit.match.begin;
    std::vector<Token> region;
    archives[hit.archive].tokens(hit.record, begin, hit.match.end, region);
    const Match best = align::Matcher(distance, strings[rendering]).best(region, config.mode);
    hits[i] = hit;
    hits[i].match = {best.distance, begin + best.begin, begin + best.end};
  });
  return hits;
}

}  // namespace

Fuse::Fuse(const align::Distance& distance, align::Mode mode, align::Strings renderings) {
  double per_unit = 0;
  for (const Span<const Token>& string : renderings) {
    per_unit +=
        distance.unit_score(string, mode, string.size()) / static_cast<double>(renderings.size());
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

std::vector<Hit> search_fused(Span<const archive::Archive> archives, ThreadPool& pool,
                              Span<const tokens::Record> renderings, const SearchConfig& config,
                              const QueryChance* chance) {
  const QueryTokens tokens(*config.distance, renderings);
  std::vector<Span<const Token>> strings;
  for (const tokens::Record& record : tokens.queries()) {
    if (!record.tokens.empty()) strings.emplace_back(record.tokens);
  }
  if (strings.empty()) return {};
  SearchConfig limited = config;
  limited.distance = &tokens.distance();
  limited.places = 1;
  if (chance != nullptr && config.max_evalue) {
    limited.min_score = std::max(config.min_score, chance->lowest_score(*config.max_evalue));
  }
  std::vector<Hit> hits = without_repeats(archives, limited, [&](std::size_t k, std::size_t) {
    SearchConfig asked = limited;
    asked.k = k;
    return find_fused(archives, pool, strings, renderings[0].key, asked);
  });
  if (chance != nullptr) set_evalues(*chance, config, hits);
  return hits;
}

}  // namespace pairalign::search

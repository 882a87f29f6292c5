#include "search/fuse.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>
#include <tuple>

#include "align/match.hpp"
#include "align/scan.hpp"
#include "search/chance.hpp"
#include "search/file_places.hpp"
#include "search/query_tokens.hpp"
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

// The search for one query.
class FusedSearch {
 public:
  FusedSearch(Span<const archive::Archive> archives, const std::vector<Span<const Token>>& strings,
              const std::string& key, const SearchConfig& config)
      : archives_(archives), strings_(strings), key_(key), config_(config) {}

  std::vector<Hit> find(ThreadPool& pool) const {
    std::vector<std::vector<Found>> found(static_cast<std::size_t>(pool.threads()) *
                                          kPiecesPerThread);
    visit_records(archives_, pool, found.size(),
                  [&](std::size_t piece, const RecordTile& tile) { take(tile, found[piece]); });
    std::vector<Found> all;
    for (std::vector<Found>& some : found)
      std::move(some.begin(), some.end(), std::back_inserter(all));
    keep_best(all, config_.k);
    std::sort(all.begin(), all.end());
    std::vector<Hit> hits(all.size());
    pool.parallel_for(all.size(), [&](std::size_t i) { hits[i] = locate(all[i]); });
    return hits;
  }

 private:
  void take(const RecordTile& tile, std::vector<Found>& found) const {
    const std::vector<align::Region> nearest = scan_.nearest(tile.documents);
    const std::size_t count = strings_.size();
    for (std::size_t i = 0; i < tile.documents.size(); ++i)
      judge(tile, i, {&nearest[i * count], count}, found);
    if (found.size() > 4 * config_.k + 1000) keep_best(found, config_.k);
  }

  // `nearest`: the region of each rendering.
  void judge(const RecordTile& tile, std::size_t document, Span<const align::Region> nearest,
             std::vector<Found>& found) const {
    std::vector<double> scores;
    for (std::size_t r = 0; r < strings_.size(); ++r) {
      scores.push_back(distance_.match_score(strings_[r], nearest[r].distance, config_.mode,
                                             tile.documents[document].size()));
    }
    const auto top =
        static_cast<std::size_t>(std::max_element(scores.begin(), scores.end()) - scores.begin());
    const double score = fuse_(scores);
    const align::Region& best = nearest[top];
    if (score <= 0 || score < config_.min_score) return;
    if (config_.max_distance &&
        best.distance > *config_.max_distance * static_cast<std::size_t>(distance_.units()))
      return;
    const std::size_t record = tile.first_record + document;
    std::string key = archives_[tile.archive].key(record);
    if (config_.exclude_self && key == key_) return;
    found.push_back({{tile.archive, record, {best.distance, best.begin, best.end}, score},
                     std::move(key),
                     top});
  }

  // The place of the best rendering in the region in which it was found.
  Hit locate(const Found& found) const {
    Hit hit = found.hit;
    const std::size_t begin = hit.match.begin;
    std::vector<Token> region;
    archives_[hit.archive].tokens(hit.record, begin, hit.match.end, region);
    hit.match = align::Matcher(distance_, strings_[found.rendering]).best(region, config_.mode);
    hit.match.begin += begin;
    hit.match.end += begin;
    return hit;
  }

  Span<const archive::Archive> archives_;
  const std::vector<Span<const Token>>& strings_;
  const std::string& key_;
  const SearchConfig& config_;
  const align::Distance& distance_ = *config_.distance;
  Fuse fuse_{distance_, config_.mode, strings_};
  align::Scan scan_{distance_, strings_, config_.mode};
};

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
    return FusedSearch(archives, strings, renderings[0].key, asked).find(pool);
  });
  if (chance != nullptr) set_evalues(*chance, config, hits);
  return hits;
}

}  // namespace pairalign::search

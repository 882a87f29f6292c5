#include "search/searcher.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

#include "search/chance.hpp"
#include "search/ranking.hpp"

namespace pairalign::search {
namespace {

// Pieces of work per thread: a few, so that one with long records does not leave the others idle.
constexpr std::size_t kPiecesPerThread = 8;
constexpr std::size_t kMaxQueriesAtOnce = 256;
constexpr std::size_t kMaxCandidates = std::size_t{1} << 22;

// To estimate the number of places where a query of unknown length may have any number of them.
constexpr std::size_t kTokensPerPlace = 64;

using Archives = Span<const archive::Archive>;

// The best regions of each query, by comparing with every record.
std::vector<Ranking> scan(Archives archives, ThreadPool& pool,
                          const std::vector<const tokens::Record*>& queries,
                          const SearchConfig& config) {
  std::vector<Span<const Token>> strings;
  std::vector<Ranking> all;
  for (const tokens::Record* query : queries) {
    strings.emplace_back(query->tokens);
    all.emplace_back(config, *query);
  }
  const align::Scan scan(*config.distance, strings, config.mode);
  const auto threads = static_cast<std::size_t>(pool.threads());
  // A single thread takes all records in one piece: the sooner its bounds tighten, the fewer keys
  // it reads.
  std::vector<std::vector<Ranking>> found(threads == 1 ? 1 : threads * kPiecesPerThread, all);
  visit_records(archives, pool, found.size(), [&](std::size_t piece, const RecordTile& tile) {
    const auto place = [&](std::size_t document) {
      return DocumentPlace{tile.archive, tile.first_record + document};
    };
    rank_regions(archives, scan, tile.documents, place, found[piece]);
  });
  pool.parallel_for(all.size(), [&](std::size_t q) {
    for (std::vector<Ranking>& piece : found)
      all[q].merge(std::move(piece[q]));
  });
  return all;
}

// The same, by postings where these suffice.
std::vector<Ranking> find_regions(Archives archives, ThreadPool& pool,
                                  Span<const tokens::Record> queries, const SearchConfig& config) {
  std::vector<std::optional<Ranking>> found(queries.size());
  if (config.postings != Postings::never && config.distance->counts_edits())
    found = search_index(archives, pool, queries, config);
  std::vector<const tokens::Record*> others;
  for (std::size_t q = 0; q < queries.size(); ++q) {
    if (!found[q]) others.push_back(&queries[q]);
  }
  std::vector<Ranking> scanned;
  if (!others.empty()) scanned = scan(archives, pool, others, config);
  std::vector<Ranking> rankings;
  auto next = scanned.begin();
  for (std::optional<Ranking>& ranking : found)
    rankings.push_back(std::move(ranking ? *ranking : *next++));
  return rankings;
}

// From regions to the places in them: a place among the best k is in one of the best k regions.
std::vector<Hit> locate(Archives archives, Ranking& regions) {
  const SearchConfig& config = regions.config();
  const tokens::Record& query = regions.query();
  Ranking places = regions;  // while it holds regions, its bound is that of the worst of these
  std::vector<Candidate> candidates = regions.take();
  if (config.mode == Mode::infix && !candidates.empty()) {
    const auto bound = places.bound(candidates.front().length);
    places.take();
    std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
      return std::tie(a.archive, a.record, a.begin) < std::tie(b.archive, b.record, b.begin);
    });
    align::Matcher matcher(*config.distance, query.tokens);
    std::vector<Token> document;
    std::vector<Candidate> of_record;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const Candidate& region = candidates[i];
      archives[region.archive].tokens(region.record, region.begin, region.end, document);
      for (const Match& match : matcher.places(document, *bound, config.places)) {
        of_record.push_back({region.archive, region.record, region.key, match.distance,
                             region.length, region.begin + match.begin, region.begin + match.end});
      }
      if (i + 1 < candidates.size() && candidates[i + 1].archive == region.archive &&
          candidates[i + 1].record == region.record)
        continue;
      keep_best(of_record, config.places);
      for (Candidate& place : of_record)
        places.add(std::move(place));
      of_record.clear();
    }
    candidates = places.take();
  }
  std::vector<Hit> hits;
  for (const Candidate& c : candidates) {
    hits.push_back({c.archive,
                    c.record,
                    {c.distance, c.begin, c.end},
                    config.distance->score(query.tokens, c.distance, c.length)});
  }
  return hits;
}

// The hits of each query of a group (QueryTokens), without E-values.
std::vector<std::vector<Hit>> find_group(Archives archives, ThreadPool& pool,
                                         Span<const tokens::Record> given, SearchConfig config) {
  const QueryTokens tokens(*config.distance, given);
  const Span<const tokens::Record> queries = tokens.queries();
  config.distance = &tokens.distance();
  std::vector<Ranking> rankings = find_regions(archives, pool, queries, config);
  std::vector<std::vector<Hit>> hits(queries.size());
  pool.parallel_for(queries.size(),
                    [&](std::size_t q) { hits[q] = locate(archives, rankings[q]); });
  for (std::size_t q = 0; q < queries.size(); ++q) {
    hits[q] = without_repeats(archives, config, [&](std::size_t k, std::size_t places) {
      if (k == config.k && places == config.places) return std::move(hits[q]);
      SearchConfig more = config;
      more.k = k;
      more.places = places;
      Ranking ranking = find_regions(archives, pool, queries.subspan(q, 1), more).front();
      return locate(archives, ranking);
    });
  }
  return hits;
}

// The hits of each query, without E-values.
std::vector<std::vector<Hit>> find(Archives archives, ThreadPool& pool,
                                   Span<const tokens::Record> queries, const SearchConfig& config) {
  std::vector<std::vector<Hit>> hits;
  while (!queries.empty()) {
    const std::size_t count = QueryTokens::group_size(queries);
    for (std::vector<Hit>& of_query : find_group(archives, pool, queries.first(count), config))
      hits.push_back(std::move(of_query));
    queries = queries.subspan(count);
  }
  return hits;
}

}  // namespace

std::size_t Searcher::batch_size(const SearchConfig& config) const {
  std::uint64_t candidates = config.k;
  if (config.k == 0) {
    for (const archive::Archive& archive : archives_) {
      candidates += archive.size();
      if (config.places != 1) candidates += archive.token_total() / kTokensPerPlace;
    }
  }
  candidates = std::max<std::uint64_t>(candidates, 1);
  return std::clamp<std::size_t>(kMaxCandidates / candidates, 1, kMaxQueriesAtOnce);
}

void set_evalues(const QueryChance& chance, const SearchConfig& config, std::vector<Hit>& hits) {
  for (Hit& hit : hits)
    hit.evalue = chance.expected(hit.score);
  if (!config.max_evalue) return;
  const auto too_likely = [&](const Hit& hit) { return hit.evalue > *config.max_evalue; };
  hits.erase(std::remove_if(hits.begin(), hits.end(), too_likely), hits.end());
}

std::vector<std::vector<Hit>> Searcher::search(Span<const tokens::Record> queries,
                                               const SearchConfig& config,
                                               Span<const QueryChance> chances) const {
  if (chances.empty()) return find(archives_, pool_, queries, config);
  SearchConfig narrowed = config;
  if (config.max_evalue) {
    double lowest = std::numeric_limits<double>::max();
    for (const QueryChance& of_query : chances)
      lowest = std::min(lowest, of_query.lowest_score(*config.max_evalue));
    narrowed.min_score = std::max(config.min_score, lowest);
  }
  std::vector<std::vector<Hit>> hits = find(archives_, pool_, queries, narrowed);
  for (std::size_t q = 0; q < queries.size(); ++q)
    set_evalues(chances[q], config, hits[q]);
  return hits;
}

TokenTimes::TokenTimes(const archive::Archive& archive, std::size_t record)
    : tokens_(archive.token_count(record)), seconds_(archive.seconds(record)) {
  if (archive.has_starts(record)) archive.starts_ms(record, starts_ms_);
}

std::optional<TimeSpan> time_of(const archive::Archive& archive, const Hit& hit, Mode mode) {
  const double seconds = archive.seconds(hit.record);
  const bool whole = mode == Mode::global;
  if (whole && seconds < 0) return std::nullopt;
  if (whole) return TimeSpan{0, seconds};

  const TokenTimes times(archive, hit.record);
  const auto start = times[hit.match.begin];
  const auto end = times[hit.match.end];
  if (!start || !end) return std::nullopt;
  return TimeSpan{*start, std::max(*start, *end)};
}

}  // namespace pairalign::search

#include "search/searcher.hpp"

#include <algorithm>
#include <string_view>

#include "search/ranking.hpp"
#include "search/soft_queries.hpp"

namespace pairalign::search {
namespace {

// Pieces of work per thread: a few, so that one with long records does not leave the others idle.
constexpr std::size_t kPiecesPerThread = 8;
constexpr std::size_t kMostQueriesAtOnce = 256;
constexpr std::size_t kMostCandidates = std::size_t{1} << 22;

// Whether a record cannot be a hit whatever its tokens are.
bool left_out(const tokens::Record& query, std::string_view key, const SearchConfig& config) {
  return query.tokens.empty() || (config.leave_out_self && query.key == key);
}

}  // namespace

Searcher::Searcher(Span<const archive::Archive> archives, ThreadPool& pool)
    : archives_(archives), pool_(pool), first_record_{0} {
  for (const archive::Archive& archive : archives) {
    first_record_.push_back(first_record_.back() + archive.size());
  }
}

std::size_t Searcher::batch_size(const SearchConfig& config) const {
  const std::size_t candidates = config.k == 0 ? std::max<std::size_t>(records(), 1) : config.k;
  return std::clamp<std::size_t>(kMostCandidates / candidates, 1, kMostQueriesAtOnce);
}

template <class Visit>
void Searcher::for_each_record(std::size_t first, std::size_t last, Visit visit) const {
  std::vector<Token> document;
  std::size_t a = 0;
  for (std::size_t i = first; i < last; ++i) {
    while (i >= first_record_[a + 1])
      ++a;
    const std::size_t record = i - first_record_[a];
    archives_[a].tokens(record, document);
    visit(a, record, archives_[a].key(record), document);
  }
}

template <class Scan>
std::vector<Ranking> Searcher::scan_in_pieces(const std::vector<Ranking>& empty, Scan scan) const {
  const std::size_t pieces =
      std::min(records(), static_cast<std::size_t>(pool_.threads()) * kPiecesPerThread);
  std::vector<std::vector<Ranking>> found(pieces, empty);
  pool_.parallel_for(pieces, [&](std::size_t p) {
    scan(records() * p / pieces, records() * (p + 1) / pieces, found[p]);
  });
  std::vector<Ranking> all = empty;
  pool_.parallel_for(all.size(), [&](std::size_t q) {
    for (const std::vector<Ranking>& piece : found)
      all[q].merge(piece[q]);
  });
  return all;
}

std::vector<Ranking> Searcher::find_unit(Span<const tokens::Record> queries,
                                         const SearchConfig& config) const {
  std::vector<QueryProfile> profiles;
  profiles.reserve(queries.size());
  for (const tokens::Record& query : queries)
    profiles.emplace_back(query.tokens);
  const auto scan = [&](std::size_t first, std::size_t last, std::vector<Ranking>& rankings) {
    for_each_record(first, last,
                    [&](std::size_t a, std::size_t record, std::string_view key,
                        const std::vector<Token>& document) {
                      for (std::size_t q = 0; q < queries.size(); ++q) {
                        if (left_out(queries[q], key, config)) continue;
                        const std::size_t length =
                            config.mode == Mode::infix
                                ? profiles[q].length()
                                : std::max(profiles[q].length(), document.size());
                        const auto end = find_match_end(profiles[q], document,
                                                        {config.mode, rankings[q].bound(length)});
                        if (end) rankings[q].add({a, record, key, *end, length});
                      }
                    });
  };
  return scan_in_pieces(std::vector<Ranking>(queries.size(), Ranking(config)), scan);
}

std::vector<Ranking> Searcher::find_soft(Span<const tokens::Record> queries,
                                         const SearchConfig& config) const {
  const SoftQueries groups(queries, *config.soft, config.mode);
  std::vector<int> best_possible;
  std::vector<Ranking> empty;
  for (const tokens::Record& query : queries) {
    best_possible.push_back(config.soft->best_possible(query.tokens));
    empty.emplace_back(config, best_possible.back());
  }
  // Group by group, so that what a group looks up for each token stays in the cache.
  const auto scan = [&](std::size_t first, std::size_t last, std::vector<Ranking>& rankings) {
    std::vector<int> scores;
    for (std::size_t g = 0; g < groups.groups(); ++g) {
      const std::vector<std::size_t>& members = groups.members(g);
      for_each_record(first, last,
                      [&](std::size_t a, std::size_t record, std::string_view key,
                          const std::vector<Token>& document) {
                        groups.best_scores(g, document, scores);
                        for (std::size_t i = 0; i < members.size(); ++i) {
                          const std::size_t q = members[i];
                          const auto distance =
                              static_cast<std::size_t>(best_possible[q] - scores[i]);
                          const auto bound = rankings[q].bound(1);
                          if (!bound || distance > *bound || left_out(queries[q], key, config))
                            continue;
                          rankings[q].add({a, record, key, {distance, document.size()}, 1});
                        }
                      });
    }
  };
  return scan_in_pieces(empty, scan);
}

// Completes what the scan of infix matches leaves open: where they begin and, with soft costs, end.
void Searcher::locate(const tokens::Record& query, const SearchConfig& config,
                      std::vector<Hit>& hits) const {
  const std::vector<Token> backwards(query.tokens.rbegin(), query.tokens.rend());
  const QueryProfile reversed(backwards);
  std::vector<Token> document;
  for (Hit& hit : hits) {
    archives_[hit.archive].tokens(hit.record, document);
    if (config.soft == nullptr) {
      hit.match = locate_match(reversed, document, {hit.match.distance, hit.match.end});
    } else {
      const SoftMatch match = align(query.tokens, document, *config.soft, config.mode);
      hit.match = {hit.match.distance, match.begin, match.end};
    }
  }
}

std::vector<std::vector<Hit>> Searcher::search(Span<const tokens::Record> queries,
                                               const SearchConfig& config) const {
  std::vector<Ranking> rankings =
      config.soft != nullptr ? find_soft(queries, config) : find_unit(queries, config);
  std::vector<std::vector<Hit>> hits(queries.size());
  pool_.parallel_for(queries.size(), [&](std::size_t q) {
    hits[q] = rankings[q].hits();
    if (config.mode == Mode::infix) locate(queries[q], config, hits[q]);
  });
  return hits;
}

std::optional<TimeSpan> time_of(const archive::Archive& archive, const Hit& hit, Mode mode) {
  const double seconds = archive.seconds(hit.record);
  const bool whole = mode == Mode::global;
  if (whole && seconds < 0) return std::nullopt;
  if (whole) return TimeSpan{0, seconds};

  const std::size_t count = archive.token_count(hit.record);
  std::vector<std::uint32_t> starts;
  if (archive.has_starts(hit.record)) archive.starts_ms(hit.record, starts);
  // Where token `position` begins, or, behind the last one, where the recording ends.
  const auto time = [&](std::size_t position) -> std::optional<double> {
    if (position < starts.size()) return starts[position] / 1000.0;
    if (seconds < 0) return std::nullopt;
    return seconds * static_cast<double>(position) / static_cast<double>(count);
  };
  const auto start = time(hit.match.begin);
  const auto end = time(hit.match.end);
  if (!start || !end) return std::nullopt;
  return TimeSpan{*start, std::max(*start, *end)};
}

}  // namespace pairalign::search

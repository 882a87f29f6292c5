#include "search/searcher.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "search/chance_sample.hpp"
#include "search/distance_scan.hpp"
#include "search/index_search.hpp"
#include "search/ranking.hpp"
#include "search/soft_scan.hpp"

namespace pairalign::search {
namespace {

// Pieces of work per thread: a few, so that one with long records does not leave the others idle.
constexpr std::size_t kPiecesPerThread = 8;
constexpr std::size_t kMostQueriesAtOnce = 256;
constexpr std::size_t kMostCandidates = std::size_t{1} << 22;

std::vector<Span<const Token>> strings_of(Span<const tokens::Record> records) {
  std::vector<Span<const Token>> strings;
  for (const tokens::Record& record : records)
    strings.emplace_back(record.tokens);
  return strings;
}

// What a scan with unit costs finds, on its way into the rankings.
class UnitCandidates {
 public:
  UnitCandidates(Span<const archive::Archive> archives, Span<const tokens::Record> queries,
                 const SearchConfig& config, std::vector<Ranking>& rankings)
      : archives_(archives),
        queries_(queries),
        config_(config),
        rankings_(rankings),
        in_parts_(queries.size()) {}

  std::optional<std::size_t> bound(std::size_t q, std::size_t record_tokens) const {
    if (queries_[q].tokens.empty()) return std::nullopt;
    return rankings_[q].bound(length(q, record_tokens));
  }

  void take(const RecordTile& tile, const std::vector<NearPair>& found) {
    const bool part = tile.part_begin > 0 || tile.part_follows;
    for (const NearPair& pair : found) {
      const std::size_t tokens = tile.documents[pair.document].size();
      Candidate candidate{tile.archive,
                          tile.first_record + pair.document,
                          {},
                          {pair.distance, tile.part_begin + pair.end},
                          length(pair.query, tokens),
                          tile.part_begin + pair.begin};
      if (!part) {
        add(pair.query, std::move(candidate));
        continue;
      }
      std::optional<Candidate>& best = in_parts_[pair.query];
      if (!best || pair.distance < best->end.distance) best = std::move(candidate);
    }
    if (part && !tile.part_follows) finish_record();
  }

 private:
  std::size_t length(std::size_t q, std::size_t record_tokens) const {
    return score_length(config_.mode, queries_[q].tokens.size(), record_tokens);
  }

  // Keys are slow to read: only where the bound, which others may have lowered, still allows.
  void add(std::size_t q, Candidate candidate) {
    if (candidate.end.distance > rankings_[q].bound(candidate.length)) return;
    candidate.key = archives_[candidate.archive].key(candidate.record);
    if (!left_out(queries_[q], candidate.key, config_)) rankings_[q].add(candidate);
  }

  void finish_record() {
    for (std::size_t q = 0; q < in_parts_.size(); ++q) {
      if (in_parts_[q]) add(q, std::move(*in_parts_[q]));
      in_parts_[q].reset();
    }
  }

  Span<const archive::Archive> archives_;
  Span<const tokens::Record> queries_;
  const SearchConfig& config_;
  std::vector<Ranking>& rankings_;
  std::vector<std::optional<Candidate>> in_parts_;  // by query, of the record under way
};

}  // namespace

Searcher::Searcher(Span<const archive::Archive> archives, ThreadPool& pool)
    : archives_(archives), pool_(pool), tiles_(archives) {}

std::size_t Searcher::batch_size(const SearchConfig& config) const {
  const std::size_t candidates =
      config.k == 0 ? std::max<std::size_t>(tiles_.records(), 1) : config.k;
  return std::clamp<std::size_t>(kMostCandidates / candidates, 1, kMostQueriesAtOnce);
}

template <class Scan>
std::vector<Ranking> Searcher::scan_in_pieces(const std::vector<Ranking>& empty, Scan scan) const {
  const std::size_t records = tiles_.records();
  const std::size_t pieces =
      std::min(records, static_cast<std::size_t>(pool_.threads()) * kPiecesPerThread);
  std::vector<std::vector<Ranking>> found(pieces, empty);
  pool_.parallel_for(pieces, [&](std::size_t p) {
    scan(records * p / pieces, records * (p + 1) / pieces, found[p]);
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
  const std::vector<Span<const Token>> strings = strings_of(queries);
  std::size_t longest = 0;
  for (const Span<const Token>& string : strings)
    longest = std::max(longest, string.size());
  const DistanceScan lanes(strings, config.mode);
  // A match spans less than twice the query: see DistanceScan.
  std::optional<std::size_t> overlap;
  if (config.mode == Mode::infix) overlap = 2 * longest;
  const auto scan = [&](std::size_t first, std::size_t last, std::vector<Ranking>& rankings) {
    UnitCandidates candidates(archives_, queries, config, rankings);
    const auto bound = [&](std::size_t q, std::size_t tokens) {
      return candidates.bound(q, tokens);
    };
    std::vector<NearPair> found;
    tiles_.visit(first, last, overlap, [&](const RecordTile& tile) {
      found.clear();
      lanes.find(tile.documents, bound, found);
      candidates.take(tile, found);
    });
  };
  return scan_in_pieces(std::vector<Ranking>(queries.size(), Ranking(config)), scan);
}

std::vector<Ranking> Searcher::find_indexed(Span<const tokens::Record> queries,
                                            const SearchConfig& config) const {
  std::vector<std::optional<Ranking>> found = IndexSearch(archives_, pool_).find(queries, config);
  std::vector<tokens::Record> others;
  for (std::size_t q = 0; q < queries.size(); ++q) {
    if (!found[q]) others.push_back(queries[q]);
  }
  std::vector<Ranking> scanned;
  if (!others.empty()) scanned = find_unit(others, config);
  std::vector<Ranking> rankings;
  rankings.reserve(found.size());
  auto next = scanned.begin();
  for (std::optional<Ranking>& ranking : found)
    rankings.push_back(std::move(ranking ? *ranking : *next++));
  return rankings;
}

std::vector<Ranking> Searcher::find_soft(Span<const tokens::Record> queries,
                                         const SearchConfig& config) const {
  const std::vector<Span<const Token>> strings = strings_of(queries);
  const SoftScan lanes(strings, *config.soft, config.mode);
  std::vector<int> best_possible;
  std::vector<Ranking> empty;
  for (const tokens::Record& query : queries) {
    best_possible.push_back(config.soft->best_possible(query.tokens));
    empty.emplace_back(config, best_possible.back());
  }
  const auto scan = [&](std::size_t first, std::size_t last, std::vector<Ranking>& rankings) {
    tiles_.visit(first, last, std::nullopt, [&](const RecordTile& tile) {
      lanes.score(tile.documents, [&](const SoftPair& pair) {
        const std::size_t q = pair.query;
        const auto distance = static_cast<std::size_t>(best_possible[q] - pair.score);
        const auto bound = rankings[q].bound(1);
        if (!bound || distance > *bound) return;
        const std::size_t record = tile.first_record + pair.document;
        std::string key = archives_[tile.archive].key(record);
        if (left_out(queries[q], key, config)) return;
        rankings[q].add(
            {tile.archive, record, std::move(key), {distance, pair.end}, 1, pair.begin});
      });
    });
  };
  return scan_in_pieces(empty, scan);
}

// Completes what the scan of infix matches leaves open: where they end and begin.
void Searcher::locate(const tokens::Record& query, const SearchConfig& config,
                      std::vector<Hit>& hits) const {
  const std::vector<Token> backwards(query.tokens.rbegin(), query.tokens.rend());
  const QueryProfile forward(query.tokens), reversed(backwards);
  std::vector<Token> document;  // or the part of it to look in
  for (Hit& hit : hits) {
    const std::size_t begin = hit.match.begin;
    archives_[hit.archive].tokens(hit.record, begin, hit.match.end, document);
    if (config.soft == nullptr) {
      const Match match = locate_match(reversed, document, *find_match_end(forward, document));
      hit.match = {match.distance, begin + match.begin, begin + match.end};
    } else {
      const SoftMatch match = align(query.tokens, document, *config.soft, config.mode);
      hit.match = {hit.match.distance, begin + match.begin, begin + match.end};
    }
  }
}

std::vector<std::vector<Hit>> Searcher::find(Span<const tokens::Record> queries,
                                             const SearchConfig& config) const {
  const auto find_all = config.soft != nullptr               ? &Searcher::find_soft
                        : config.postings == Postings::never ? &Searcher::find_unit
                                                             : &Searcher::find_indexed;
  std::vector<Ranking> rankings = (this->*find_all)(queries, config);
  std::vector<std::vector<Hit>> hits(queries.size());
  pool_.parallel_for(queries.size(), [&](std::size_t q) {
    hits[q] = rankings[q].hits();
    if (config.mode == Mode::infix) locate(queries[q], config, hits[q]);
  });
  return hits;
}

std::vector<std::vector<Hit>> Searcher::search(Span<const tokens::Record> queries,
                                               const SearchConfig& config) const {
  if (!config.evalues && !config.max_evalue) return find(queries, config);
  const ChanceSample sample(archives_, config);
  std::vector<std::optional<ChanceModel>> models(queries.size());
  pool_.parallel_for(queries.size(), [&](std::size_t q) { models[q] = sample.model(queries[q]); });
  SearchConfig narrowed = config;
  if (config.max_evalue) {
    double lowest = sample.highest_score();
    for (std::size_t q = 0; q < queries.size(); ++q) {
      lowest = std::min(lowest, sample.lowest_score(queries[q], *models[q], *config.max_evalue));
    }
    narrowed.min_score = std::max(config.min_score, lowest);
  }
  std::vector<std::vector<Hit>> hits = find(queries, narrowed);
  for (std::size_t q = 0; q < queries.size(); ++q) {
    for (Hit& hit : hits[q])
      hit.evalue = models[q]->expected(sample.distance(queries[q], hit.score));
    if (!config.max_evalue) continue;
    const auto too_likely = [&](const Hit& hit) { return hit.evalue > *config.max_evalue; };
    hits[q].erase(std::remove_if(hits[q].begin(), hits[q].end(), too_likely), hits[q].end());
  }
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

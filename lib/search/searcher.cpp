#include "search/searcher.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <tuple>

namespace pairalign::search {
namespace {

// Pieces of work per thread: a few, so that one with long records does not leave the others idle.
constexpr std::size_t kPiecesPerThread = 8;
constexpr std::size_t kMostQueriesAtOnce = 256;
constexpr std::size_t kMostCandidates = std::size_t{1} << 22;
// So that a score which is the limit, but for the rounding of a decimal fraction, is within it.
constexpr double kScoreTolerance = 1e-9;

// A record that may become a hit. The score is kept as a fraction, to be compared exactly.
struct Candidate {
  std::size_t archive;
  std::size_t record;
  std::string_view key;
  MatchEnd end;
  std::size_t length;  // what the distance is divided by; > 0

  double score() const {
    return 1 - static_cast<double>(end.distance) / static_cast<double>(length);
  }
};

bool better(const Candidate& a, const Candidate& b) {
  const std::size_t left = a.end.distance * b.length;
  const std::size_t right = b.end.distance * a.length;
  if (left != right) return left < right;
  return std::tie(a.key, a.archive, a.record) < std::tie(b.key, b.archive, b.record);
}

}  // namespace

// The best candidates of one query so far.
class Searcher::Ranking {
 public:
  explicit Ranking(const SearchConfig& config) : config_(config) {}

  // The largest distance, of a string whose distance is divided by `length`, that can still matter.
  std::size_t bound(std::size_t length) const {
    const double by_score =
        std::floor((1 - config_.min_score) * static_cast<double>(length) + kScoreTolerance);
    // At most length - 1: above it the score is 0, which is no hit.
    auto bound = std::min(static_cast<std::size_t>(std::max(by_score, 0.0)), length - 1);
    if (config_.max_distance) bound = std::min(bound, *config_.max_distance);
    if (full()) {
      // An equal score still matters: its key may come first.
      const Candidate& worst = best_.front();
      bound = std::min(bound, worst.end.distance * length / worst.length);
    }
    return bound;
  }

  void add(const Candidate& candidate) {
    if (full()) {
      if (!better(candidate, best_.front())) return;
      std::pop_heap(best_.begin(), best_.end(), better);
      best_.pop_back();
    }
    best_.push_back(candidate);
    if (config_.k > 0) std::push_heap(best_.begin(), best_.end(), better);
  }

  void merge(const Ranking& other) {
    for (const Candidate& candidate : other.best_)
      add(candidate);
  }

  std::vector<Hit> hits() {
    std::sort(best_.begin(), best_.end(), better);
    std::vector<Hit> hits;
    hits.reserve(best_.size());
    for (const Candidate& c : best_) {
      hits.push_back({c.archive, c.record, {c.end.distance, 0, c.end.end}, c.score()});
    }
    return hits;
  }

  const SearchConfig& config() const { return config_; }

 private:
  bool full() const { return config_.k > 0 && best_.size() == config_.k; }

  SearchConfig config_;
  std::vector<Candidate> best_;  // a heap with the worst in front, unless all are wanted
};

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

void Searcher::scan(std::size_t first, std::size_t last, Span<const tokens::Record> queries,
                    Span<const QueryProfile> profiles, std::vector<Ranking>& rankings) const {
  std::vector<Token> document;
  std::size_t a = 0;
  for (std::size_t i = first; i < last; ++i) {
    while (i >= first_record_[a + 1])
      ++a;
    const std::size_t record = i - first_record_[a];
    const std::string_view key = archives_[a].key(record);
    archives_[a].tokens(record, document);
    for (std::size_t q = 0; q < queries.size(); ++q) {
      Ranking& ranking = rankings[q];
      const SearchConfig& config = ranking.config();
      if (profiles[q].length() == 0) continue;
      if (config.leave_out_self && queries[q].key == key) continue;
      const std::size_t length = config.mode == Mode::infix
                                     ? profiles[q].length()
                                     : std::max(profiles[q].length(), document.size());
      const auto end = find_match_end(profiles[q], document, {config.mode, ranking.bound(length)});
      if (end) ranking.add({a, record, key, *end, length});
    }
  }
}

void Searcher::locate(const tokens::Record& query, std::vector<Hit>& hits) const {
  const std::vector<Token> backwards(query.tokens.rbegin(), query.tokens.rend());
  const QueryProfile reversed(backwards);
  std::vector<Token> document;
  for (Hit& hit : hits) {
    archives_[hit.archive].tokens(hit.record, document);
    hit.match = locate_match(reversed, document, {hit.match.distance, hit.match.end});
  }
}

std::vector<std::vector<Hit>> Searcher::search(Span<const tokens::Record> queries,
                                               const SearchConfig& config) const {
  std::vector<QueryProfile> profiles;
  profiles.reserve(queries.size());
  for (const tokens::Record& query : queries)
    profiles.emplace_back(query.tokens);

  const std::size_t pieces =
      std::min(records(), static_cast<std::size_t>(pool_.threads()) * kPiecesPerThread);
  std::vector<std::vector<Ranking>> found(pieces,
                                          std::vector<Ranking>(queries.size(), Ranking(config)));
  pool_.parallel_for(pieces, [&](std::size_t p) {
    scan(records() * p / pieces, records() * (p + 1) / pieces, queries, profiles, found[p]);
  });

  std::vector<std::vector<Hit>> hits(queries.size());
  pool_.parallel_for(queries.size(), [&](std::size_t q) {
    Ranking all(config);
    for (const std::vector<Ranking>& piece : found)
      all.merge(piece[q]);
    hits[q] = all.hits();
    if (config.mode == Mode::infix) locate(queries[q], hits[q]);
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

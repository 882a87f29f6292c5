#include <algorithm>
#include <utility>

#include "align/scan.hpp"
#include "search/pair_filter.hpp"
#include "search/ranking.hpp"

namespace pairalign::search {
namespace {

using archive::kPairBlockTokens;

// The best hits are first searched for down to this score, which costs little.
constexpr double kFirstScore = 0.7;
// That is not worthwhile unless the score asked for is at least this much lower.
constexpr double kMinStep = 0.25;
// Segments without postings are scanned at each stage, which is no gain when more than one part in
// kMaxUnindexed of all tokens is in such segments.
constexpr std::uint64_t kMaxUnindexed = 8;

// Tokens compared at a time, roughly.
constexpr std::size_t kBatchTokens = std::size_t{1} << 15;

// Threads share each query where there are fewer pieces of work than this per thread.
constexpr std::size_t kPiecesPerThread = 4;
// Smaller shares of a segment are not worthwhile.
constexpr std::uint64_t kMinShareTokens = std::uint64_t{1} << 18;

// Consecutive records of a segment, whose tokens are those from `begin` to `end`.
struct Share {
  std::size_t archive;
  std::size_t segment;
  std::uint64_t begin, end;
};

// All segments, each in at most `most` shares.
std::vector<Share> divide(Span<const archive::Archive> archives, std::size_t most) {
  std::vector<Share> shares;
  for (std::size_t a = 0; a < archives.size(); ++a) {
    for (std::size_t s = 0; s < archives[a].segment_count(); ++s) {
      const archive::Segment& segment = archives[a].segment(s);
      const std::uint64_t total = segment.token_total();
      const std::uint64_t count = std::clamp<std::uint64_t>(total / kMinShareTokens, 1, most);
      std::uint64_t begin = 0;
      for (std::uint64_t i = 1; i <= count; ++i) {
        const std::uint64_t end = i == count ? total : segment.record_at(total * i / count).begin;
        if (end > begin) shares.push_back({a, s, begin, end});
        begin = std::max(begin, end);
      }
    }
  }
  return shares;
}

// Compares a query with parts of a segment's records, given in their order.
class SegmentMatches {
 public:
  SegmentMatches(Span<const archive::Archive> archives, const Share& share, const align::Scan& scan,
                 Ranking& ranking)
      : archives_(archives), share_(share), scan_(scan), ranking_(ranking) {}

  // Adds matches that begin in tokens [begin, end) of the segment and are at most `longest` tokens
  // long; in global mode, the records that begin there.
  void add(std::uint64_t begin, std::uint64_t end, std::size_t longest) {
    for (std::uint64_t at = begin; at < end;) {
      const archive::Segment::TokenPlace place = segment_.record_at(at);
      at = place.end;
      if (archive::is_removed(removed_, place.record)) continue;
      if (ranking_.config().mode == Mode::infix) {
        const std::uint64_t first = std::max(place.begin, begin);
        add(place, first, std::min(place.end, end - 1 + longest));
      } else if (place.begin >= begin) {
        add(place, place.begin, place.end);
      }
    }
  }

  // Adds what was found to the ranking.
  void finish() {
    std::vector<Span<const Token>> documents;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      const std::size_t end = i + 1 < parts_.size() ? parts_[i + 1].begin : tokens_.size();
      documents.emplace_back(tokens_.data() + parts_[i].begin, end - parts_[i].begin);
    }
    const auto place = [&](std::size_t i) {
      const std::size_t live = archive::live_before(removed_, parts_[i].record);
      return DocumentPlace{share_.archive, first_record_ + live, parts_[i].offset};
    };
    rank_regions(archives_, scan_, documents, place, {&ranking_, 1});
    tokens_.clear();
    parts_.clear();
  }

 private:
  struct Part {
    std::size_t record;
    std::size_t offset;  // in the record
    std::size_t begin;   // in tokens_
  };

  // Parts that overlap become one, so that no region overlaps others than its neighbours.
  void add(const archive::Segment::TokenPlace& place, std::uint64_t first, std::uint64_t last) {
    const bool new_record = parts_.empty() || parts_.back().record != place.record;
    if (new_record && tokens_.size() >= kBatchTokens) finish();
    if (new_record || first > end_) {
      parts_.push_back(
          {place.record, static_cast<std::size_t>(first - place.begin), tokens_.size()});
    }
    segment_.append_span(place, std::max(first, end_), last, tokens_);
    end_ = last;
  }

  Span<const archive::Archive> archives_;
  const Share& share_;
  const align::Scan& scan_;
  Ranking& ranking_;
  const archive::Segment& segment_ = archives_[share_.archive].segment(share_.segment);
  const archive::RecordNumbers& removed_ = archives_[share_.archive].removed(share_.segment);
  std::size_t first_record_ = archives_[share_.archive].first_record(share_.segment);
  std::vector<Token> tokens_;  // of all parts
  std::vector<Part> parts_;
  std::uint64_t end_ = 0;  // of the last part, in the segment
};

// The best candidates among the records of a share; nullopt if a scan is cheaper.
std::optional<Ranking> find_in_share(Span<const archive::Archive> archives, const Share& share,
                                     const tokens::Record& query, const align::Scan& scan,
                                     const SearchConfig& config) {
  Ranking found(config, query);
  SegmentMatches matches(archives, share, scan, found);
  const archive::PairIndex index = archives[share.archive].segment(share.segment).pair_index();
  if (index.present()) {
    const BlockRange blocks{share.begin / kPairBlockTokens, (share.end - 1) / kPairBlockTokens + 1};
    const auto bound = [&](std::size_t length) { return found.bound(length); };
    const bool always = config.postings == Postings::always;
    const auto near = find_by_pairs(index, blocks, query.tokens, config.mode, bound, always);
    if (!near) return std::nullopt;
    for (const BlockRange& range : near->ranges) {
      matches.add(std::max<std::uint64_t>(share.begin, range.first * kPairBlockTokens),
                  std::min<std::uint64_t>(share.end, range.last * kPairBlockTokens),
                  near->longest_match);
    }
  } else {
    matches.add(share.begin, share.end, 1);
  }
  matches.finish();
  return found;
}

// Whether enough of the archives has postings.
bool is_worthwhile(Span<const archive::Archive> archives, bool always) {
  std::uint64_t indexed = 0, total = 0;
  for (const archive::Archive& archive : archives) {
    for (std::size_t s = 0; s < archive.segment_count(); ++s) {
      const archive::Segment& segment = archive.segment(s);
      total += segment.token_total();
      if (segment.pair_index().present()) indexed += segment.token_total();
    }
  }
  return indexed > 0 && (always || total - indexed <= total / kMaxUnindexed);
}

}  // namespace

std::vector<std::optional<Ranking>> search_index(Span<const archive::Archive> archives,
                                                 ThreadPool& pool,
                                                 Span<const tokens::Record> queries,
                                                 const SearchConfig& config) {
  std::vector<std::optional<Ranking>> rankings(queries.size());
  if (!is_worthwhile(archives, config.postings == Postings::always)) return rankings;
  std::vector<std::size_t> open;
  std::vector<align::Scan> scans;
  for (std::size_t q = 0; q < queries.size(); ++q) {
    const Span<const Token> tokens = queries[q].tokens;
    scans.emplace_back(*config.distance, align::Strings(&tokens, 1), config.mode);
    if (!tokens.empty()) open.push_back(q);
  }
  // The scores down to which to search, one after another.
  std::vector<double> scores{config.min_score};
  if (config.k > 0 && kFirstScore >= config.min_score + kMinStep)
    scores.insert(scores.begin(), kFirstScore);
  for (const double score : scores) {
    SearchConfig stage = config;
    stage.min_score = score;
    const auto threads = static_cast<std::size_t>(pool.threads());
    std::vector<Share> shares = divide(archives, 1);
    if (open.size() * shares.size() < kPiecesPerThread * threads)
      shares = divide(archives, threads);
    std::vector<std::optional<Ranking>> found(open.size() * shares.size());
    pool.parallel_for(found.size(), [&](std::size_t i) {
      const std::size_t q = open[i / shares.size()];
      found[i] = find_in_share(archives, shares[i % shares.size()], queries[q], scans[q], stage);
    });
    std::vector<std::size_t> still_open;
    auto next = found.begin();
    for (const std::size_t q : open) {
      const auto first = std::exchange(next, next + static_cast<std::ptrdiff_t>(shares.size()));
      if (std::find(first, next, std::nullopt) != next) continue;
      Ranking all(stage, queries[q]);
      std::for_each(first, next, [&](auto& share) { all.merge(std::move(*share)); });
      if (all.full() || score == config.min_score) {
        rankings[q] = std::move(all);
      } else {
        still_open.push_back(q);
      }
    }
    open = std::move(still_open);
  }
  return rankings;
}

}  // namespace pairalign::search

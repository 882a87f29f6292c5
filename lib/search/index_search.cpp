#include "search/index_search.hpp"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

#include "search/pair_filter.hpp"

namespace pairalign::search {
namespace {

// The best hits are first searched for down to this score, which costs little.
constexpr double kFirstScore = 0.7;
// That is not worthwhile unless the score asked for is at least this much lower.
constexpr double kMinStep = 0.25;
// Segments without postings are scanned at each stage, which is no gain when more than one part in
// kMaxUnindexed of all tokens is in such segments.
constexpr std::uint64_t kMaxUnindexed = 8;

// Tokens compared at a time, roughly.
constexpr std::size_t kBatchTokens = std::size_t{1} << 15;

// Pieces of work per thread, where several threads share one query.
constexpr std::size_t kSharesPerThread = 4;
// Less work than this is not divided.
constexpr std::size_t kMinShareBlocks = std::size_t{1} << 14;
constexpr std::size_t kMinShareRanges = 4;
constexpr std::uint64_t kUnindexedTokens = std::uint64_t{1} << 16;

// Ranges of whole records, of some kUnindexedTokens tokens each.
std::vector<TokenRange> all_of(const archive::Segment& segment) {
  std::vector<TokenRange> ranges;
  const std::uint64_t total = segment.token_total();
  for (std::uint64_t at = 0; at < total; at = ranges.back().end)
    ranges.push_back({at, segment.record_at(std::min(total, at + kUnindexedTokens) - 1).end});
  return ranges;
}

// Where to cut `ranges` into at most `shares` of about equal number, so that none begins in the
// record in which the previous one ends: the regions of a record are collected together.
std::vector<std::size_t> cuts(const archive::Segment& segment,
                              const std::vector<TokenRange>& ranges, std::size_t shares) {
  std::vector<std::size_t> cuts{0};
  for (std::size_t i = 1; i < shares; ++i) {
    std::size_t cut = ranges.size() * i / shares;
    while (cut > cuts.back() && cut < ranges.size() &&
           segment.record_at(ranges[cut].begin).begin < ranges[cut - 1].end)
      ++cut;
    if (cut > cuts.back()) cuts.push_back(cut);
  }
  if (cuts.back() < ranges.size()) cuts.push_back(ranges.size());
  return cuts;
}

// Compares a query with parts of a segment's records, given in their order.
class SegmentMatches {
 public:
  SegmentMatches(Span<const archive::Archive> archives, std::size_t archive, std::size_t segment,
                 const align::Scan& scan, Ranking& ranking)
      : archive_(archive),
        segment_(archives[archive].segment(segment)),
        removed_(archives[archive].removed(segment)),
        first_record_(archives[archive].first_record(segment)),
        scan_(scan),
        infix_(ranking.config().mode == Mode::infix),
        ranking_(ranking),
        collector_(archives, ranking) {}

  // Adds matches that begin in tokens [begin, end) of the segment and are at most `longest` tokens
  // long; in global mode, the records that begin there.
  void add(std::uint64_t begin, std::uint64_t end, std::size_t longest) {
    for (std::uint64_t at = begin; at < end;) {
      const archive::Segment::TokenPlace place = segment_.record_at(at);
      at = place.end;
      if (archive::is_removed(removed_, place.record)) continue;
      if (infix_) {
        const std::uint64_t first = std::max(place.begin, begin);
        add(place, first, std::min(place.end, end - 1 + longest));
      } else if (place.begin >= begin) {
        add(place, place.begin, place.end);
      }
    }
  }

  void finish() { compare(); }

 private:
  struct Part {
    std::size_t record;
    std::size_t offset;  // in the record
    std::size_t begin;   // in tokens_
  };

  void add(const archive::Segment::TokenPlace& place, std::uint64_t first, std::uint64_t last) {
    const bool new_record = documents_.empty() || documents_.back().record != place.record;
    if (new_record && tokens_.size() >= kBatchTokens) compare();
    documents_.push_back(
        {place.record, static_cast<std::size_t>(first - place.begin), tokens_.size()});
    segment_.append_span(place, first, last, tokens_);
  }

  std::size_t length(std::size_t document_tokens) const {
    const SearchConfig& config = ranking_.config();
    return config.distance->length(config.mode, ranking_.query().tokens.size(), document_tokens);
  }

  void compare() {
    std::vector<Span<const Token>> documents;
    for (std::size_t i = 0; i < documents_.size(); ++i) {
      const std::size_t begin = documents_[i].begin;
      const bool last = i + 1 == documents_.size();
      const std::size_t end = last ? tokens_.size() : documents_[i + 1].begin;
      documents.emplace_back(tokens_.data() + begin, end - begin);
    }
    std::vector<align::Region> found;
    const auto bound = [&](std::size_t, std::size_t tokens) {
      return ranking_.bound(length(tokens));
    };
    scan_.find(documents, bound, found);
    std::sort(found.begin(), found.end(), [](const align::Region& a, const align::Region& b) {
      return std::tie(a.document, a.begin) < std::tie(b.document, b.begin);
    });
    for (const align::Region& region : found) {
      const Part& part = documents_[region.document];
      collector_.add({archive_,
                      first_record_ + archive::live_before(removed_, part.record),
                      {},
                      region.distance,
                      length(documents[region.document].size()),
                      part.offset + region.begin,
                      part.offset + region.end});
    }
    collector_.finish();
    tokens_.clear();
    documents_.clear();
  }

  std::size_t archive_;
  const archive::Segment& segment_;
  const archive::RecordNumbers& removed_;
  std::size_t first_record_;
  const align::Scan& scan_;
  bool infix_;
  Ranking& ranking_;
  RegionCollector collector_;
  std::vector<Token> tokens_;  // of all parts
  std::vector<Part> documents_;
};

std::size_t threads_of(const ThreadPool* pool) {
  return pool == nullptr ? 1 : static_cast<std::size_t>(pool->threads());
}

template <class Body>
void for_each(ThreadPool* pool, std::size_t count, const Body& body) {
  if (pool != nullptr) return pool->parallel_for(count, body);
  for (std::size_t i = 0; i < count; ++i)
    body(i);
}

}  // namespace

IndexSearch::IndexSearch(Span<const archive::Archive> archives, ThreadPool& pool)
    : archives_(archives), pool_(pool) {
  std::uint64_t indexed = 0, total = 0;
  for (std::size_t a = 0; a < archives.size(); ++a) {
    for (std::size_t s = 0; s < archives[a].segment_count(); ++s) {
      const archive::Segment& segment = archives[a].segment(s);
      parts_.push_back({a, s});
      total += segment.token_total();
      if (segment.pair_index().present()) indexed += segment.token_total();
    }
  }
  any_indexed_ = indexed > 0;
  worthwhile_ = any_indexed_ && total - indexed <= total / kMaxUnindexed;
}

Ranking IndexSearch::compare(const PartQuery& query, const std::vector<TokenRange>& ranges,
                             std::size_t longest_match, ThreadPool* pool) const {
  const archive::Segment& segment = archives_[query.part.archive].segment(query.part.segment);
  const std::size_t threads = threads_of(pool);
  const std::size_t most = threads == 1 ? 1 : threads * kSharesPerThread;
  const std::size_t shares = std::clamp<std::size_t>(ranges.size() / kMinShareRanges, 1, most);
  const std::vector<std::size_t> ends = cuts(segment, ranges, shares);
  std::vector<Ranking> found(ends.size() - 1, query.empty);
  for_each(pool, found.size(), [&](std::size_t share) {
    SegmentMatches matches(archives_, query.part.archive, query.part.segment, query.scan,
                           found[share]);
    for (std::size_t i = ends[share]; i < ends[share + 1]; ++i)
      matches.add(ranges[i].begin, ranges[i].end, longest_match);
    matches.finish();
  });
  Ranking all = query.empty;
  for (Ranking& share : found)
    all.merge(std::move(share));
  return all;
}

std::optional<Ranking> IndexSearch::find_in_part(const PartQuery& query, ThreadPool* pool) const {
  const archive::Segment& segment = archives_[query.part.archive].segment(query.part.segment);
  const archive::PairIndex index = segment.pair_index();
  const std::uint64_t total = segment.token_total();
  if (!index.present()) {
    return compare(query, all_of(segment), static_cast<std::size_t>(total), pool);
  }
  const SearchConfig& config = query.empty.config();
  PairFilter filter(query.empty.query().tokens, config.mode,
                    [&](std::size_t length) { return query.empty.bound(length); });
  if (config.postings == Postings::always) filter.set_always();
  const std::optional<PairLookup> lookup = filter.prepare(index);
  if (!lookup) return std::nullopt;

  const std::size_t blocks = index.blocks();
  // One share per thread and no more: each reads the lists from their beginning, even if it wants
  // their end.
  const std::size_t shares = std::clamp<std::size_t>(blocks / kMinShareBlocks, 1, threads_of(pool));
  std::vector<std::optional<std::vector<BlockRange>>> found(shares);
  for_each(pool, shares, [&](std::size_t i) {
    found[i] = lookup->find({blocks * i / shares, blocks * (i + 1) / shares});
  });
  std::vector<TokenRange> ranges;
  for (const auto& share : found) {
    if (!share) return std::nullopt;
    for (const BlockRange& range : *share) {
      ranges.push_back({range.first * archive::kPairBlockTokens,
                        std::min<std::uint64_t>(total, range.last * archive::kPairBlockTokens)});
    }
  }
  return compare(query, ranges, filter.longest_match(), pool);
}

// Searches all parts for each query; nullopt if one of them calls for a scan.
std::vector<std::optional<Ranking>> IndexSearch::find_within(Span<const tokens::Record> queries,
                                                             const std::vector<std::size_t>& open,
                                                             const std::vector<align::Scan>& scans,
                                                             const SearchConfig& config) const {
  std::vector<std::optional<Ranking>> found(open.size() * parts_.size());
  const auto find = [&](std::size_t i, ThreadPool* pool) {
    const std::size_t q = open[i / parts_.size()];
    found[i] =
        find_in_part({scans[q], parts_[i % parts_.size()], Ranking(config, queries[q])}, pool);
  };
  // Threads share each query where there are too few to give each thread its own.
  const auto threads = static_cast<std::size_t>(pool_.threads());
  if (found.size() < kSharesPerThread * threads) {
    for (std::size_t i = 0; i < found.size(); ++i)
      find(i, &pool_);
  } else {
    pool_.parallel_for(found.size(), [&](std::size_t i) { find(i, nullptr); });
  }
  std::vector<std::optional<Ranking>> all;
  for (const std::size_t q : open)
    all.emplace_back(Ranking(config, queries[q]));
  for (std::size_t i = 0; i < found.size(); ++i) {
    std::optional<Ranking>& ranking = all[i / parts_.size()];
    if (!found[i]) ranking.reset();
    if (ranking) ranking->merge(std::move(*found[i]));
  }
  return all;
}

// The scores down to which to search, one after another.
std::vector<double> IndexSearch::stages(const SearchConfig& config) const {
  if (config.k > 0 && kFirstScore >= config.min_score + kMinStep) {
    return {kFirstScore, config.min_score};
  }
  return {config.min_score};
}

std::vector<std::optional<Ranking>> IndexSearch::find(Span<const tokens::Record> queries,
                                                      const SearchConfig& config) const {
  std::vector<std::optional<Ranking>> rankings(queries.size());
  const bool always = config.postings == Postings::always && any_indexed_;
  if (!worthwhile_ && !always) return rankings;
  std::vector<std::size_t> open;
  std::vector<align::Scan> scans;
  for (std::size_t q = 0; q < queries.size(); ++q) {
    const Span<const Token> tokens = queries[q].tokens;
    scans.emplace_back(*config.distance, align::Strings(&tokens, 1), config.mode);
    if (!tokens.empty()) open.push_back(q);
  }
  for (const double score : stages(config)) {
    SearchConfig stage = config;
    stage.min_score = score;
    std::vector<std::optional<Ranking>> found = find_within(queries, open, scans, stage);
    std::vector<std::size_t> still_open;
    for (std::size_t i = 0; i < open.size(); ++i) {
      if (!found[i]) continue;
      if (found[i]->full() || score == config.min_score) {
        rankings[open[i]] = std::move(found[i]);
      } else {
        still_open.push_back(open[i]);
      }
    }
    open = std::move(still_open);
  }
  return rankings;
}

}  // namespace pairalign::search

#include "search/distance_scan.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "search/lane_profile.hpp"
#include "search/lane_scanner.hpp"
#include "search/text_pieces.hpp"

namespace pairalign::search {
namespace {

// Fewer texts are sooner done one by one than in lanes most of which are empty.
constexpr std::size_t kFewestTexts = 4;
// Queries of more blocks go alone: side by side, their bit vectors would take too much memory.
constexpr std::size_t kMostSharedBlocks = 4;

using Strings = Span<const Span<const Token>>;

// "Below" a distance stands for "wanted": 0 wants none, and nothing is below kFar.
constexpr std::uint32_t kFar = std::numeric_limits<std::uint32_t>::max();

// What is wanted of one query.
class Limit {
 public:
  Limit(const DistanceScan::Bound& bound, Mode mode, std::size_t query, std::size_t length)
      : bound_(bound), mode_(mode), query_(query), length_(length), below_(ask(0)) {}

  // Distances below it to a text of this many tokens; 0 where the text is too short or too long for
  // any. Asks only when another length than before comes up.
  std::uint32_t below(std::size_t tokens) {
    if (mode_ == Mode::infix) return tokens + below_ > length_ ? below_ : 0;
    if (tokens != tokens_) {
      tokens_ = tokens;
      below_ = ask(tokens);
    }
    const std::size_t difference = std::max(tokens, length_) - std::min(tokens, length_);
    return difference < below_ ? below_ : 0;
  }

 private:
  std::uint32_t ask(std::size_t tokens) const {
    const std::optional<std::size_t> bound = bound_(query_, tokens);
    return bound ? static_cast<std::uint32_t>(std::min<std::size_t>(*bound, kFar - 1)) + 1 : 0;
  }

  const DistanceScan::Bound& bound_;
  Mode mode_;
  std::size_t query_;
  std::size_t length_;
  std::size_t tokens_ = 0;
  std::uint32_t below_;
};

// What one call of `find` is about.
struct Task {
  Mode mode;
  const DistanceScan::Bound& bound;
  const TextPieces& pieces;
  std::vector<NearPair>& found;

  // The i-th piece. In infix mode in the order of documents, so that the pieces of one follow one
  // another; in global mode by size, so that bounds are asked for once for each.
  std::size_t piece_at(std::size_t i) const {
    return mode == Mode::infix ? i : pieces.by_size()[i];
  }
};

// Takes down what is near one query.
class Findings {
 public:
  Findings(const Task& task, std::size_t query, std::size_t length)
      : task_(task), query_(query), length_(length) {}

  // Of the pieces of a document the first of those with the lowest distance counts.
  void add(const TextPiece& piece, std::size_t distance) {
    const NearPair pair = near_pair(piece, distance);
    std::vector<NearPair>& found = task_.found;
    if (latest_ < found.size() && found[latest_].document == piece.document) {
      if (distance < found[latest_].distance) found[latest_] = pair;
      return;
    }
    latest_ = found.size();
    found.push_back(pair);
  }

 private:
  NearPair near_pair(const TextPiece& piece, std::size_t distance) const {
    // A query of which nothing is found matches the empty stretch at the document's beginning.
    if (task_.mode == Mode::infix && distance == length_) {
      return {query_, piece.document, distance, 0, 0};
    }
    return {query_, piece.document, distance, piece.begin, piece.begin + piece.size};
  }

  const Task& task_;
  std::size_t query_;
  std::size_t length_;
  std::size_t latest_ = std::numeric_limits<std::size_t>::max();
};

// Queries that are scanned together.
class Group {
 public:
  virtual ~Group() = default;
  virtual void find(const Task& task) const = 0;
};

// A query without lanes.
class ScalarQuery : public Group {
 public:
  ScalarQuery(std::size_t query, Span<const Token> tokens) : query_(query), profile_(tokens) {}

  void find(const Task& task) const override {
    Limit limit(task.bound, task.mode, query_, profile_.length());
    Findings findings(task, query_, profile_.length());
    for (std::size_t i = 0; i < task.pieces.all().size(); ++i) {
      const TextPiece& piece = task.pieces.all()[task.piece_at(i)];
      const std::uint32_t below = limit.below(piece.size);
      if (below == 0) continue;
      const auto end = find_match_end(profile_, piece.text(), {task.mode, below - 1});
      if (end) findings.add(piece, end->distance);
    }
  }

 private:
  std::size_t query_;
  QueryProfile profile_;
};

// A query in all lanes, with a text of its own in each.
template <class Word>
class LoneQuery : public Group {
 public:
  LoneQuery(std::size_t query, Span<const Token> tokens, Mode mode, const LaneKernel<Word>& kernel)
      : query_(query),
        kernel_(kernel),
        lanes_profile_(Strings(&tokens, 1), 1, mode),
        profile_(tokens) {}

  void find(const Task& task) const override {
    const std::vector<std::uint32_t> distances = measure(task);
    Limit limit(task.bound, task.mode, query_, profile_.length());
    Findings findings(task, query_, profile_.length());
    for (std::size_t i = 0; i < distances.size(); ++i) {
      const std::size_t p = task.piece_at(i);
      const TextPiece& piece = task.pieces.all()[p];
      if (distances[p] < limit.below(piece.size)) findings.add(piece, distances[p]);
    }
  }

 private:
  // The distance of each piece, or kFar where it cannot be near enough.
  std::vector<std::uint32_t> measure(const Task& task) const {
    const std::vector<TextPiece>& pieces = task.pieces.all();
    std::vector<std::uint32_t> distances(pieces.size(), kFar);
    Limit limit(task.bound, task.mode, query_, profile_.length());
    LaneScanner<Word> scanner(kernel_);
    Waiting waiting;
    for (const std::uint32_t p : task.pieces.by_size()) {
      if (limit.below(pieces[p].size) == 0) continue;
      waiting.pieces.push_back(p);
      waiting.texts.emplace_back(pieces[p].tokens, pieces[p].size);
      if (waiting.texts.size() == kernel_.lanes) measure(task, scanner, waiting, distances);
    }
    measure(task, scanner, waiting, distances);
    return distances;
  }

  // Pieces that will fill the lanes.
  struct Waiting {
    std::vector<std::uint32_t> pieces;
    std::vector<Span<const Token>> texts;
    std::vector<std::uint32_t> distances;
  };

  void measure(const Task& task, LaneScanner<Word>& scanner, Waiting& waiting,
               std::vector<std::uint32_t>& distances) const {
    waiting.distances.resize(waiting.texts.size());
    if (waiting.texts.size() < kFewestTexts) {
      for (std::size_t i = 0; i < waiting.texts.size(); ++i) {
        const auto end = find_match_end(profile_, waiting.texts[i], {task.mode, {}});
        waiting.distances[i] = static_cast<std::uint32_t>(end->distance);
      }
    } else {
      scanner.scan_own(lanes_profile_, waiting.texts, waiting.distances.data());
    }
    for (std::size_t i = 0; i < waiting.pieces.size(); ++i)
      distances[waiting.pieces[i]] = waiting.distances[i];
    waiting.pieces.clear();
    waiting.texts.clear();
  }

  std::size_t query_;
  const LaneKernel<Word>& kernel_;
  LaneProfile<Word> lanes_profile_;
  QueryProfile profile_;
};

// A query in each lane, all with the same text.
template <class Word>
class SharedQueries : public Group {
 public:
  SharedQueries(std::vector<std::size_t> queries, Strings strings, Mode mode,
                const LaneKernel<Word>& kernel)
      : queries_(std::move(queries)), kernel_(kernel), profile_(strings, kernel.lanes, mode) {}

  void find(const Task& task) const override {
    std::vector<Limit> limits;
    std::vector<Findings> findings;
    for (std::size_t i = 0; i < queries_.size(); ++i) {
      const auto length = static_cast<std::size_t>(profile_.lengths()[i]);
      limits.emplace_back(task.bound, task.mode, queries_[i], length);
      findings.emplace_back(task, queries_[i], length);
    }
    LaneScanner<Word> scanner(kernel_);
    std::vector<std::uint32_t> below(kernel_.lanes, 0), distances(kernel_.lanes);
    for (std::size_t i = 0; i < task.pieces.all().size(); ++i) {
      const TextPiece& piece = task.pieces.all()[task.piece_at(i)];
      bool wanted = false;
      for (std::size_t place = 0; place < queries_.size(); ++place) {
        below[place] = limits[place].below(piece.size);
        wanted |= below[place] != 0;
      }
      if (!wanted) continue;
      scanner.scan_shared(profile_, piece.text(), distances.data());
      for (std::size_t place = 0; place < queries_.size(); ++place) {
        if (distances[place] < below[place]) findings[place].add(piece, distances[place]);
      }
    }
  }

 private:
  std::vector<std::size_t> queries_;
  const LaneKernel<Word>& kernel_;
  LaneProfile<Word> profile_;
};

}  // namespace

struct DistanceScan::Impl {
  Impl(Strings queries, Mode scan_mode, SimdLevel level);

  template <class Word>
  void add_lanes(Strings queries, const std::vector<std::size_t>& members,
                 const LaneKernel<Word>& kernel);

  Mode mode;
  std::vector<std::size_t> lengths;
  std::vector<std::unique_ptr<Group>> groups;
};

// Longest first, so that what does not fill the lanes of one kernel is filled up with shorter ones.
DistanceScan::Impl::Impl(Strings queries, Mode scan_mode, SimdLevel level) : mode(scan_mode) {
  for (const Span<const Token>& query : queries)
    lengths.push_back(query.size());
  const auto* kernel32 = lane_kernel<std::uint32_t>(level);
  const auto* kernel64 = lane_kernel<std::uint64_t>(level);
  std::vector<std::size_t> order(queries.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return lengths[a] > lengths[b]; });
  const auto blocks = [&](std::size_t q) {
    return LaneProfile<std::uint64_t>::blocks_of(lengths[q]);
  };
  for (std::size_t i = 0; i < order.size();) {
    const std::size_t first = order[i];
    const bool fits_lanes = lengths[first] > 0 && lengths[first] <= TokenRows::kMostTokens;
    if (kernel64 == nullptr || !fits_lanes) {
      groups.push_back(std::make_unique<ScalarQuery>(first, queries[first]));
      ++i;
      continue;
    }
    const bool narrow = LaneProfile<std::uint32_t>::blocks_of(lengths[first]) == 1;
    std::size_t most = narrow ? kernel32->lanes : kernel64->lanes;
    if (blocks(first) > kMostSharedBlocks) most = 1;
    std::vector<std::size_t> members;
    while (i < order.size() && members.size() < most && blocks(order[i]) == blocks(first))
      members.push_back(order[i++]);
    if (narrow) {
      add_lanes(queries, members, *kernel32);
    } else {
      add_lanes(queries, members, *kernel64);
    }
  }
}

template <class Word>
void DistanceScan::Impl::add_lanes(Strings queries, const std::vector<std::size_t>& members,
                                   const LaneKernel<Word>& kernel) {
  if (members.size() >= kernel.shared_from) {
    std::vector<Span<const Token>> strings;
    strings.reserve(members.size());
    for (const std::size_t q : members)
      strings.push_back(queries[q]);
    groups.push_back(std::make_unique<SharedQueries<Word>>(members, strings, mode, kernel));
    return;
  }
  for (const std::size_t q : members)
    groups.push_back(std::make_unique<LoneQuery<Word>>(q, queries[q], mode, kernel));
}

DistanceScan::DistanceScan(Strings queries, Mode mode, SimdLevel level)
    : impl_(std::make_unique<const Impl>(queries, mode, level)) {}
DistanceScan::~DistanceScan() = default;
DistanceScan::DistanceScan(DistanceScan&&) noexcept = default;
DistanceScan& DistanceScan::operator=(DistanceScan&&) noexcept = default;

void DistanceScan::find(Strings documents, const Bound& bound, std::vector<NearPair>& found) const {
  // A match of distance d spans at most m + d tokens, and d < m unless nothing is found at all.
  std::size_t overlap = 0;
  for (std::size_t q = 0; impl_->mode == Mode::infix && q < impl_->lengths.size(); ++q) {
    const std::size_t length = impl_->lengths[q];
    const std::optional<std::size_t> most = bound(q, 0);
    if (most && length > 0) overlap = std::max(overlap, length + std::min(*most, length) - 1);
  }
  const TextPieces pieces(documents, overlap, impl_->mode == Mode::global);
  const Task task{impl_->mode, bound, pieces, found};
  for (const std::unique_ptr<Group>& group : impl_->groups)
    group->find(task);
}

}  // namespace pairalign::search

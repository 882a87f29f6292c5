#include "align/scan.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "align/match.hpp"

namespace pairalign::align {
namespace {

// Fewer texts are faster one by one than in mostly empty lanes.
constexpr std::size_t kMinTexts = 4;
// New tokens per piece of a long document: enough that few are repeated, few enough that the pieces
// of one document fill the lanes.
constexpr std::size_t kPieceTokens = 4096;
// Pieces longer than this are sorted as equally long.
constexpr std::size_t kMaxSortedTokens = 16 * kPieceTokens;

// A distance is wanted if it is below a limit: limit 0 wants none, and kFar is below no limit.
constexpr std::uint32_t kFar = std::numeric_limits<std::uint32_t>::max();

// Tokens [begin, begin + text.size()) of a document.
struct Piece {
  std::size_t document;
  std::size_t begin;
  Span<const Token> text;
};

// In the order of the documents. Unless `uncut`, long documents are cut into pieces that share
// `overlap` tokens with the previous one: a match of up to overlap + 1 tokens lies within one
// piece.
std::vector<Piece> cut(Strings documents, std::size_t overlap, bool uncut) {
  const std::size_t step = std::max(kPieceTokens, 4 * overlap);
  std::vector<Piece> pieces;
  pieces.reserve(documents.size());
  for (std::size_t d = 0; d < documents.size(); ++d) {
    const Token* tokens = documents[d].data();
    const std::size_t size = documents[d].size();
    const std::size_t most = uncut || size <= 2 * step ? size : step;
    std::size_t done = 0;
    do {
      const std::size_t begin = done - std::min(done, overlap);
      done += std::min(most, size - done);
      pieces.push_back({d, begin, {tokens + begin, done - begin}});
    } while (done < size);
  }
  return pieces;
}

// Positions of pieces, shortest first: neighbours are of about the same length. A counting sort: a
// comparison sort would take as long as scanning a tile of short documents.
std::vector<std::uint32_t> sorted_by_size(const std::vector<Piece>& pieces) {
  const auto key = [](const Piece& piece) { return std::min(piece.text.size(), kMaxSortedTokens); };
  std::size_t longest = 0;
  for (const Piece& piece : pieces)
    longest = std::max(longest, key(piece));
  std::vector<std::uint32_t> next(longest + 2, 0);
  for (const Piece& piece : pieces)
    ++next[key(piece) + 1];
  std::partial_sum(next.begin(), next.end(), next.begin());
  std::vector<std::uint32_t> sorted(pieces.size());
  for (std::size_t i = 0; i < pieces.size(); ++i)
    sorted[next[key(pieces[i])]++] = static_cast<std::uint32_t>(i);
  return sorted;
}

// The inputs and the output of one call of `find`.
struct Task {
  const Distance& distance;
  Strings queries;
  Mode mode;
  const Scan::Bound& bound;
  const std::vector<Piece>& pieces;
  const std::vector<std::uint32_t>& by_size;
  std::vector<Region>& found;

  // The i-th piece: in infix mode in the order of documents, so that the pieces of a document are
  // consecutive; in global mode by size, so that bounds are asked for once per size.
  std::size_t piece_at(std::size_t i) const { return mode == Mode::infix ? i : by_size[i]; }

  void add(std::size_t query, const Piece& piece, std::size_t nearest) const {
    found.push_back({query, piece.document, nearest, piece.begin, piece.begin + piece.text.size()});
  }
};

// Which distances are wanted for one query.
class Limit {
 public:
  Limit(const Task& task, std::size_t query) : task_(task), query_(query), below_(ask(0)) {}

  // Distances to a text of this many tokens are wanted below this; 0 where the text is too short or
  // too long for any. Asks for the bound only when the length differs from the previous one.
  std::uint32_t below(std::size_t tokens) {
    if (task_.mode == Mode::global && tokens != tokens_) {
      tokens_ = tokens;
      below_ = ask(tokens);
    }
    const std::size_t length = task_.queries[query_].size();
    return task_.distance.min_distance(task_.mode, length, tokens) < below_ ? below_ : 0;
  }

 private:
  std::uint32_t ask(std::size_t tokens) const {
    const std::optional<std::size_t> bound = task_.bound(query_, tokens);
    return bound ? static_cast<std::uint32_t>(std::min<std::size_t>(*bound, kFar - 1)) + 1 : 0;
  }

  const Task& task_;
  std::size_t query_;
  std::size_t tokens_ = 0;
  std::uint32_t below_;
};

// Queries that are measured together.
struct Group {
  std::vector<std::size_t> queries;
  std::size_t texts_at_once = 1;  // with a single query
  std::unique_ptr<Lanes> lanes;   // null: one pair of strings at a time

  void find(const Task& task) const {
    if (queries.size() > 1) {
      find_shared(task);
      return;
    }
    const std::vector<std::uint32_t> distances = measure(task);
    Limit limit(task, queries[0]);
    for (std::size_t i = 0; i < distances.size(); ++i) {
      const std::size_t p = task.piece_at(i);
      const Piece& piece = task.pieces[p];
      if (distances[p] < limit.below(piece.text.size())) task.add(queries[0], piece, distances[p]);
    }
  }

 private:
  void find_shared(const Task& task) const {
    std::vector<Limit> limits;
    for (const std::size_t query : queries)
      limits.emplace_back(task, query);
    const std::unique_ptr<LaneRun> run = lanes->start();
    std::vector<std::uint32_t> below(queries.size()), distances(queries.size());
    for (std::size_t i = 0; i < task.pieces.size(); ++i) {
      const Piece& piece = task.pieces[task.piece_at(i)];
      bool wanted = false;
      for (std::size_t lane = 0; lane < queries.size(); ++lane) {
        below[lane] = limits[lane].below(piece.text.size());
        wanted |= below[lane] != 0;
      }
      if (!wanted) continue;
      run->measure(Strings(&piece.text, 1), distances.data());
      for (std::size_t lane = 0; lane < queries.size(); ++lane) {
        if (distances[lane] < below[lane]) task.add(queries[lane], piece, distances[lane]);
      }
    }
  }

  // The distance to each piece, or kFar where it cannot be near enough.
  std::vector<std::uint32_t> measure(const Task& task) const {
    std::vector<std::uint32_t> distances(task.pieces.size(), kFar);
    Limit limit(task, queries[0]);
    const std::unique_ptr<LaneRun> run = lanes ? lanes->start() : nullptr;
    std::unique_ptr<Matcher> matcher;  // most queries need none
    std::vector<std::uint32_t> waiting, measured(texts_at_once);
    std::vector<Span<const Token>> texts;
    const auto measure_waiting = [&] {
      if (run && texts.size() >= kMinTexts) {
        run->measure(texts, measured.data());
      } else {
        if (!matcher) matcher = std::make_unique<Matcher>(task.distance, task.queries[queries[0]]);
        for (std::size_t i = 0; i < texts.size(); ++i)
          measured[i] = static_cast<std::uint32_t>(matcher->distance(texts[i], task.mode));
      }
      for (std::size_t i = 0; i < texts.size(); ++i)
        distances[waiting[i]] = measured[i];
      waiting.clear();
      texts.clear();
    };
    for (const std::uint32_t p : task.by_size) {
      const Span<const Token> text = task.pieces[p].text;
      if (limit.below(text.size()) == 0) continue;
      waiting.push_back(p);
      texts.push_back(text);
      if (texts.size() == texts_at_once) measure_waiting();
    }
    measure_waiting();
    return distances;
  }
};

}  // namespace

struct Scan::Impl {
  const Distance& distance;
  std::vector<Span<const Token>> queries;
  Mode mode;
  std::vector<Group> groups;

  Impl(const Distance& of, Strings strings, Mode scan_mode, SimdLevel level);
};

// Longest first, so that lanes left over are filled with shorter queries.
Scan::Impl::Impl(const Distance& of, Strings strings, Mode scan_mode, SimdLevel level)
    : distance(of), queries(strings.begin(), strings.end()), mode(scan_mode) {
  std::vector<std::size_t> order(queries.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return queries[a].size() > queries[b].size();
  });
  const auto add = [&](std::vector<std::size_t> members, std::size_t lanes) {
    std::vector<Span<const Token>> together;
    for (const std::size_t q : members)
      together.push_back(queries[q]);
    groups.push_back({std::move(members), std::max<std::size_t>(lanes, 1),
                      lanes > 0 ? distance.lanes(together, mode, level) : nullptr});
  };
  for (std::size_t i = 0; i < order.size();) {
    const LaneLayout layout = distance.layout(queries[order[i]], level);
    std::vector<std::size_t> members{order[i++]};
    while (i < order.size() && members.size() < layout.lanes &&
           distance.layout(queries[order[i]], level).family == layout.family)
      members.push_back(order[i++]);
    if (members.size() > 1 && members.size() >= layout.shared_from) {
      add(std::move(members), layout.lanes);
      continue;
    }
    for (const std::size_t q : members)  // an empty query has no lanes
      add({q}, distance.layout(queries[q], level).lanes);
  }
}

Scan::Scan(const Distance& distance, Strings queries, Mode mode, SimdLevel level)
    : impl_(std::make_shared<const Impl>(distance, queries, mode, level)) {}

void Scan::find(Strings documents, const Bound& bound, std::vector<Region>& found) const {
  const bool infix = impl_->mode == Mode::infix;
  std::size_t longest = 1;
  for (std::size_t q = 0; infix && q < impl_->queries.size(); ++q) {
    const std::optional<std::size_t> most = bound(q, 0);
    if (!most) continue;
    const Span<const Token> query = impl_->queries[q];
    longest = std::max(longest, impl_->distance.longest_match(
                                    query, std::min(*most, impl_->distance.max_distance(query))));
  }
  const std::vector<Piece> pieces = cut(documents, longest - 1, !infix);
  const std::vector<std::uint32_t> by_size = sorted_by_size(pieces);
  const Task task{impl_->distance, impl_->queries, impl_->mode, bound, pieces, by_size, found};
  for (const Group& group : impl_->groups)
    group.find(task);
}

std::vector<Region> Scan::nearest(Strings documents) const {
  const auto any = [](std::size_t, std::size_t) { return std::size_t{kFar}; };
  std::vector<Region> found;
  find(documents, any, found);
  const std::size_t queries = impl_->queries.size();
  std::vector<Region> nearest(documents.size() * queries, Region{0, 0, kFar, 0, 0});
  for (const Region& region : found) {
    Region& known = nearest[region.document * queries + region.query];
    if (region.distance < known.distance) known = region;
  }
  return nearest;
}

}  // namespace pairalign::align

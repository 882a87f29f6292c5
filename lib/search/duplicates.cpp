#include "search/duplicates.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "align/match.hpp"
#include "search/ranking.hpp"
#include "tokens/record.hpp"

namespace pairalign::search {
namespace {

// A pair with its places by file, so that windows of one file are recognised.
struct FoundPair {
  DuplicatePair pair;
  std::array<FilePlace, 2> places;
  std::optional<DuplicatePair> joined;  // with the pairs that overlap it
};

// Best first.
bool better(const FoundPair& a, const FoundPair& b) {
  const auto rank = [](const DuplicatePair& p) {
    return std::tuple(p.evalue, -p.score, p.sides[0].record, p.sides[0].begin, p.sides[1].archive,
                      p.sides[1].record, p.sides[1].begin);
  };
  return rank(a.pair) < rank(b.pair);
}

// Searches for pairs, with the first archive's records as queries.
class DuplicateSearch {
 public:
  DuplicateSearch(Span<const archive::Archive> archives, const DuplicatesConfig& config,
                  ThreadPool& pool)
      : archives_(archives), config_(config), pool_(pool) {}

  DuplicatesSkipped run(const std::function<void(const DuplicatePair&)>& take,
                        const std::function<void(std::size_t)>& progress) {
    // Whether pairs are to be joined before they are reported.
    const bool gathers = infix_ || std::any_of(archives_.begin(), archives_.end(), has_parts);
    const std::size_t records = archives_[0].size();
    std::vector<FoundPair> all;
    for (std::size_t record = 0; record < records; ++record) {
      add(record);
      if (queries_.size() < searcher_.batch_size(config_) && record + 1 < records) continue;
      for (FoundPair& found : answer())
        gathers ? all.push_back(std::move(found)) : take(found.pair);
      progress(record + 1);
    }
    join(all);
    std::stable_sort(all.begin(), all.end(), [](const FoundPair& a, const FoundPair& b) {
      return a.pair.sides[0].record < b.pair.sides[0].record;
    });
    for (const FoundPair& found : all)
      take(found.pair);
    return skipped_;
  }

 private:
  // Queues the queries of a record of the first archive; they wait until there is a batch.
  void add(std::size_t record) {
    std::vector<Token> tokens;
    archives_[0].tokens(record, tokens);
    const std::size_t window = config_.window == 0 ? tokens.size() : config_.window;
    const std::size_t hop = std::max<std::size_t>(window / 2, 1);
    for (std::size_t begin = 0; begin < tokens.size(); begin += hop) {
      const std::size_t end = std::min(tokens.size(), begin + window);
      ask({0, record, begin, end}, tokens);
      if (end == tokens.size()) break;
    }
  }

  std::vector<FoundPair> answer() {
    std::vector<FoundPair> pairs;
    std::vector<QueryChance> chances;
    if (config_.chance != nullptr) chances = config_.chance->of(queries_, pool_);
    const auto found = searcher_.search(queries_, config_, chances);
    for (std::size_t q = 0; q < found.size(); ++q) {
      for (const Hit& hit : found[q])
        add_pair(asked_[q], hit, pairs);
    }
    queries_.clear();
    asked_.clear();
    return pairs;
  }

  // Joins pairs that overlap on both sides, until there are none, and keeps those long enough.
  void join(std::vector<FoundPair>& pairs) const {
    std::sort(pairs.begin(), pairs.end(), better);
    for (std::size_t before = 0; before != pairs.size();) {
      before = pairs.size();
      std::vector<FoundPair> kept;
      std::map<std::pair<std::string, std::string>, std::vector<std::size_t>> by_files;
      for (FoundPair& found : pairs) {
        const auto files = std::minmax(found.places[0].file, found.places[1].file);
        std::vector<std::size_t>& same = by_files[files];
        const auto again = std::find_if(same.begin(), same.end(), [&](std::size_t i) {
          return overlaps(kept[i], found, 0) || overlaps(kept[i], found, 1);
        });
        if (again == same.end()) {
          same.push_back(kept.size());
          kept.push_back(std::move(found));
        } else if (config_.window > 0 && overlaps(kept[*again], found, 0)) {
          extend(kept[*again], found);
        }
      }
      pairs = std::move(kept);
    }
    pool_.parallel_for(pairs.size(), [&](std::size_t i) { take_joined(pairs[i]); });
    const auto is_short = [&](const FoundPair& found) {
      return too_short(found.pair.sides[0]) || too_short(found.pair.sides[1]);
    };
    pairs.erase(std::remove_if(pairs.begin(), pairs.end(), is_short), pairs.end());
  }

  // Whether they overlap on both sides, the first side of `a` with that side of `b`.
  static bool overlaps(const FoundPair& a, const FoundPair& b, int side) {
    return overlap(a.places[0], b.places[side]) && overlap(a.places[1], b.places[1 - side]);
  }

  void ask(const DuplicateSide& side, const std::vector<Token>& of_record) {
    tokens::Record query;
    query.tokens.assign(of_record.begin() + static_cast<std::ptrdiff_t>(side.begin),
                        of_record.begin() + static_cast<std::ptrdiff_t>(side.end));
    // The parts of a record may be short, as they are joined later.
    if (too_short({0, side.record, 0, of_record.size()})) {
      ++skipped_.too_short;
    } else if (is_uninformative(query.tokens)) {
      ++skipped_.uninformative;
    } else {
      queries_.push_back(std::move(query));
      asked_.push_back(side);
    }
  }

  bool is_uninformative(const std::vector<Token>& tokens) const {
    const double bits = information(tokens);
    return bits < config_.min_bits ||
           bits < config_.min_bits_per_token * static_cast<double>(tokens.size());
  }

  bool too_short(const DuplicateSide& side) const {
    if (side.end - side.begin < config_.min_tokens) return true;
    if (config_.min_seconds <= 0) return false;
    const Hit hit{0, side.record, {0, side.begin, side.end}};
    const auto time = time_of(archives_[side.archive], hit, Mode::infix);
    return time && time->end_s - time->start_s < config_.min_seconds;
  }

  // A pair may be found from both sides: whether this hit is the one to report.
  bool counts(const DuplicateSide& asked, const Hit& hit) const {
    if (!within_) return true;
    if (!infix_) return asked.record < hit.record;
    if (config_.window > 0) {
      return std::tuple(asked.record, asked.end) <= std::tuple(hit.record, hit.match.begin);
    }
    const std::size_t others = archives_[0].token_count(hit.record);
    return std::tuple(asked.end, asked.record) < std::tuple(others, hit.record);
  }

  void add_pair(const DuplicateSide& asked, const Hit& hit, std::vector<FoundPair>& pairs) const {
    if (!counts(asked, hit)) return;
    const std::size_t archive = within_ ? 0 : hit.archive + 1;
    DuplicateSide other{archive, hit.record, hit.match.begin, hit.match.end};
    if (!infix_) other.end = archives_[archive].token_count(hit.record);
    if (config_.window == 0 && too_short(other)) return;
    if (is_uninformative(tokens_of(other))) return;
    FoundPair found{{{asked, other}, hit.match.distance, hit.score, hit.evalue},
                    {place_of(asked), place_of(other)},
                    {}};
    if (within_ && overlap(found.places[0], found.places[1])) return;
    pairs.push_back(std::move(found));
  }

  std::vector<Token> tokens_of(const DuplicateSide& side) const {
    std::vector<Token> tokens;
    archives_[side.archive].tokens(side.record, side.begin, side.end, tokens);
    return tokens;
  }

  FilePlace place_of(const DuplicateSide& side) const {
    return file_place(archives_[side.archive], side.record, side.begin, side.end);
  }

  // Joins pairs of windows of the same records.
  void extend(FoundPair& kept, const FoundPair& more) const {
    const DuplicatePair& by = more.joined.value_or(more.pair);
    DuplicatePair pair = kept.joined.value_or(kept.pair);
    for (int i = 0; i < 2; ++i) {
      DuplicateSide& side = pair.sides[i];
      if (side.archive != by.sides[i].archive || side.record != by.sides[i].record) return;
      side.begin = std::min(side.begin, by.sides[i].begin);
      side.end = std::max(side.end, by.sides[i].end);
      kept.places[i] = place_of(side);
    }
    kept.joined = pair;
  }

  // Scores what was joined. Where the score is too low, the best part stands for it.
  void take_joined(FoundPair& found) const {
    if (!found.joined) return;
    DuplicatePair& pair = *found.joined;
    const std::vector<Token> query = tokens_of(pair.sides[0]), other = tokens_of(pair.sides[1]);
    const align::Distance& cost = *config_.distance;
    pair.distance = align::Matcher(cost, query).distance(other, Mode::global);
    pair.score = cost.match_score(query, pair.distance, Mode::infix, other.size());
    if (pair.score >= config_.min_score) found.pair = pair;
  }

  Span<const archive::Archive> archives_;
  const DuplicatesConfig& config_;
  ThreadPool& pool_;
  bool within_ = archives_.size() == 1;
  bool infix_ = config_.mode == Mode::infix;
  Searcher searcher_{within_ ? archives_ : archives_.subspan(1), pool_};
  std::vector<tokens::Record> queries_;
  std::vector<DuplicateSide> asked_;
  DuplicatesSkipped skipped_;
};

}  // namespace

double information(Span<const Token> tokens) {
  std::unordered_map<Token, double> counts;
  for (const Token token : tokens)
    ++counts[token];
  // In ascending order, so that the sum does not depend on how the map is laid out.
  std::vector<double> sorted;
  sorted.reserve(counts.size());
  for (const auto& [token, count] : counts)
    sorted.push_back(count);
  std::sort(sorted.begin(), sorted.end());
  double bits = 0;
  for (const double count : sorted)
    bits += count * std::log2(static_cast<double>(tokens.size()) / count);
  return bits;
}

DuplicatesSkipped find_duplicates(Span<const archive::Archive> archives,
                                  const DuplicatesConfig& config, ThreadPool& pool,
                                  const std::function<void(const DuplicatePair&)>& take,
                                  const std::function<void(std::size_t)>& progress) {
  if (archives.empty()) return {};
  return DuplicateSearch(archives, config, pool).run(take, progress);
}

}  // namespace pairalign::search

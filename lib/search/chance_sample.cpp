#include "search/chance_sample.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/random.hpp"
#include "search/distance_scan.hpp"
#include "search/soft_scan.hpp"

namespace pairalign::search {
namespace {

constexpr std::size_t kStrings = 3000;
constexpr std::size_t kLongestPiece = 256;
constexpr std::uint64_t kSeed = 1;
// With fewer strings, each counts for too much to be taken as unrelated to the query.
constexpr std::size_t kFewestStrings = 1000;
constexpr std::size_t kMostDecoys = 40;
// Of soft costs, between two levels: 2 bits.
constexpr double kSoftStep = 2;

std::vector<Token> shuffled(std::vector<Token> tokens, Random& random) {
  for (std::size_t i = tokens.size(); i > 1; --i)
    std::swap(tokens[i - 1], tokens[random.below(i)]);
  return tokens;
}

void append(const std::vector<ChanceMatch>& more, std::vector<ChanceMatch>& all) {
  all.insert(all.end(), more.begin(), more.end());
}

}  // namespace

ChanceSample::ChanceSample(Span<const archive::Archive> archives, const SearchConfig& config)
    : config_(config) {
  std::vector<std::size_t> ends;
  std::size_t records = 0;
  for (const archive::Archive& archive : archives) {
    ends.push_back(records += archive.size());
    tokens_ += static_cast<double>(archive.token_total());
  }
  records_ = static_cast<double>(records);
  Random random(kSeed);
  std::vector<Token> tokens;
  for (std::size_t i = 0; i < std::min(records, kStrings); ++i) {
    const std::size_t record = records <= kStrings ? i : random.below(records);
    const auto a =
        static_cast<std::size_t>(std::upper_bound(ends.begin(), ends.end(), record) - ends.begin());
    archives[a].tokens(record - (a == 0 ? 0 : ends[a - 1]), tokens);
    if (config.mode == Mode::infix && tokens.size() > kLongestPiece) {
      const auto begin = static_cast<std::ptrdiff_t>(random.below(tokens.size() - kLongestPiece));
      tokens = {tokens.begin() + begin,
                tokens.begin() + begin + static_cast<std::ptrdiff_t>(kLongestPiece)};
    }
    if (!tokens.empty()) strings_.push_back(tokens);
  }
}

std::vector<ChanceMatch> ChanceSample::unit_matches(Span<const Token> query) const {
  const std::vector<Span<const Token>> documents(strings_.begin(), strings_.end());
  const auto any = [&](std::size_t, std::size_t tokens) { return std::max(query.size(), tokens); };
  std::vector<NearPair> pairs;
  DistanceScan(Span<const Span<const Token>>(&query, 1), config_.mode).find(documents, any, pairs);
  const auto m = static_cast<double>(query.size());
  std::vector<ChanceMatch> matches;
  for (const NearPair& pair : pairs) {
    const auto n = static_cast<double>(documents[pair.document].size());
    const auto distance = static_cast<double>(pair.distance);
    const bool infix = config_.mode == Mode::infix;
    matches.push_back(infix ? ChanceMatch{distance, n}
                            : ChanceMatch{distance * m / std::max(m, n), 1});
  }
  return matches;
}

std::vector<ChanceMatch> ChanceSample::soft_matches(Span<const Token> query) const {
  const std::vector<Span<const Token>> documents(strings_.begin(), strings_.end());
  std::vector<ChanceMatch> matches;
  SoftScan(Span<const Span<const Token>>(&query, 1), *config_.soft, config_.mode)
      .score(documents, [&](const SoftPair& pair) {
        const bool infix = config_.mode == Mode::infix;
        const double exposure = infix ? static_cast<double>(documents[pair.document].size()) : 1;
        matches.push_back({-static_cast<double>(pair.score) / SoftCost::kUnitsPerBit, exposure});
      });
  return matches;
}

double ChanceSample::step() const {
  return config_.soft != nullptr ? kSoftStep : 1;
}

ChanceModel ChanceSample::model(const tokens::Record& query) const {
  std::vector<ChanceMatch> matches;
  const auto compare = [&](Span<const Token> tokens) {
    append(config_.soft != nullptr ? soft_matches(tokens) : unit_matches(tokens), matches);
  };
  if (strings_.size() >= kFewestStrings) {
    compare(query.tokens);
  } else if (!strings_.empty()) {
    const std::size_t decoys = std::min(kMostDecoys, kStrings / strings_.size());
    for (std::size_t i = 0; i < decoys; ++i) {
      Random random = Random::stream(kSeed, i);
      compare(shuffled(query.tokens, random));
    }
  }
  const double exposure = config_.mode == Mode::infix ? tokens_ : records_;
  return {std::move(matches), step(), records_, exposure};
}

double ChanceSample::distance(const tokens::Record& query, double score) const {
  if (config_.soft != nullptr) return -score;
  return (1 - score) * static_cast<double>(query.tokens.size());
}

double ChanceSample::highest_score() const {
  return config_.soft != nullptr ? std::numeric_limits<double>::max() : 1;
}

// Steps from the highest score down to the first one that is too likely.
double ChanceSample::lowest_score(const tokens::Record& query, const ChanceModel& model,
                                  double evalue) const {
  if (query.tokens.empty()) return highest_score();
  const auto m = static_cast<double>(query.tokens.size());
  if (config_.soft == nullptr) {
    double distance = 0;
    while (distance < m && model.expected(distance) <= evalue)
      distance += step();
    return 1 - distance / m;
  }
  double score = config_.soft->best_possible(query.tokens) / double{SoftCost::kUnitsPerBit};
  while (score > 0 && model.expected(-score) <= evalue)
    score -= step();
  return std::max(score, 0.0);
}

}  // namespace pairalign::search

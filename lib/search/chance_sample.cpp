#include "search/chance_sample.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/random.hpp"
#include "search/distance_scan.hpp"
#include "search/soft_scan.hpp"

namespace pairalign::search {
namespace {

// Strings of the sample, and comparisons for each query.
constexpr std::size_t kStrings = 3000;
constexpr std::size_t kLongestPiece = 256;
constexpr std::uint64_t kSeed = 1;
// With fewer strings, each counts for too much to be taken as unrelated to the query.
constexpr std::size_t kFewestStrings = 1000;
constexpr std::size_t kDecoys = 100;
// A sample that is not so many times as long as the query tells nothing about chance.
constexpr std::size_t kLeastSample = 10;
// Of soft costs, between two levels: 2 bits.
constexpr double kSoftStep = 2;

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
  const bool pieces = config.mode == Mode::infix;
  for (std::size_t i = 0; i < std::min(records, kStrings); ++i) {
    const std::size_t record = records <= kStrings ? i : random.below(records);
    const auto a =
        static_cast<std::size_t>(std::upper_bound(ends.begin(), ends.end(), record) - ends.begin());
    archives[a].tokens(record - (a == 0 ? 0 : ends[a - 1]), tokens);
    // Of a long record as many pieces as make up for records that are missing.
    const std::size_t most = std::max<std::size_t>(kStrings / std::min(records, kStrings), 1);
    add_strings(tokens, pieces ? most : 0, random);
  }
  for (const std::vector<Token>& string : strings_) {
    string_begins_.push_back(stream_.size());
    stream_.insert(stream_.end(), string.begin(), string.end());
  }
}

// `most_pieces` 0: the string as a whole.
void ChanceSample::add_strings(const std::vector<Token>& tokens, std::size_t most_pieces,
                               Random& random) {
  if (tokens.empty()) return;
  if (most_pieces == 0 || tokens.size() <= kLongestPiece) {
    strings_.push_back(tokens);
    return;
  }
  const std::size_t pieces = std::min(most_pieces, tokens.size() / kLongestPiece);
  // One at a random place in each of as many equal parts.
  for (std::size_t i = 0; i < pieces; ++i) {
    const std::size_t first = tokens.size() * i / pieces;
    const std::size_t last = tokens.size() * (i + 1) / pieces;
    const auto begin = tokens.begin() + static_cast<std::ptrdiff_t>(
                                            first + random.below(last - first - kLongestPiece + 1));
    strings_.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(kLongestPiece));
  }
}

std::vector<ChanceMatch> ChanceSample::unit_matches(Span<const Token> query,
                                                    const Documents& documents) const {
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

std::vector<ChanceMatch> ChanceSample::soft_matches(Span<const Token> query,
                                                    const Documents& documents) const {
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

std::vector<ChanceMatch> ChanceSample::matches(Span<const Token> query,
                                               const Documents& documents) const {
  return config_.soft != nullptr ? soft_matches(query, documents) : unit_matches(query, documents);
}

// As many tokens as the query has, out of the sample, and strings of it that these are not part of.
std::vector<ChanceMatch> ChanceSample::decoy_matches(std::size_t length, Random& random) const {
  const std::size_t begin = random.below(stream_.size() - length + 1);
  const auto string_at = [&](std::size_t position) {
    const auto next = std::upper_bound(string_begins_.begin(), string_begins_.end(), position);
    return static_cast<std::size_t>(next - string_begins_.begin()) - 1;
  };
  const std::size_t first = string_at(begin), last = string_at(begin + length - 1);
  const std::size_t others = strings_.size() - (last - first + 1);
  const std::size_t wanted = std::min(others, kStrings / kDecoys);
  Documents documents;
  for (std::size_t i = 0, at = random.below(std::max<std::size_t>(others, 1)); i < wanted; ++i)
    documents.emplace_back(strings_[(last + 1 + (at + i) % others) % strings_.size()]);
  return matches({stream_.data() + begin, length}, documents);
}

ChanceModel ChanceSample::model(const tokens::Record& query) const {
  std::vector<ChanceMatch> found;
  const std::size_t length = query.tokens.size();
  if (strings_.size() >= kFewestStrings) {
    found = matches(query.tokens, Documents(strings_.begin(), strings_.end()));
  } else if (length > 0 && length * kLeastSample <= stream_.size()) {
    for (std::size_t i = 0; i < kDecoys; ++i) {
      Random random = Random::stream(kSeed, i);
      append(decoy_matches(length, random), found);
    }
  }
  const double exposure = config_.mode == Mode::infix ? tokens_ : records_;
  return {std::move(found), step(), records_, exposure};
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

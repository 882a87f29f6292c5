#include "search/chance_sample.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "align/scan.hpp"
#include "base/random.hpp"

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

double ChanceSample::step() const {
  return config_.distance->counts_edits() ? 1 : kSoftStep;
}

std::vector<ChanceMatch> ChanceSample::matches(Span<const Token> query,
                                               const Documents& documents) const {
  const align::Distance& cost = *config_.distance;
  const bool infix = config_.mode == Mode::infix;
  std::vector<align::Region> found;
  align::Scan(cost, align::Strings(&query, 1), config_.mode)
      .find(
          documents,
          [](std::size_t, std::size_t) { return std::numeric_limits<std::size_t>::max(); }, found);
  std::vector<ChanceMatch> matches;
  for (const align::Region& region : found) {
    const std::size_t tokens = documents[region.document].size();
    const std::size_t length = cost.length(config_.mode, query.size(), tokens);
    matches.push_back({distance(query, cost.score(query, region.distance, length)),
                       infix ? static_cast<double>(tokens) : 1});
  }
  return matches;
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

double ChanceSample::distance(Span<const Token> query, double score) const {
  if (!config_.distance->counts_edits()) return -score;
  return (1 - score) * static_cast<double>(query.size());
}

double ChanceSample::highest_score() const {
  return config_.distance->counts_edits() ? 1 : std::numeric_limits<double>::max();
}

// Steps from the highest score down to the first one that is too likely.
double ChanceSample::lowest_score(const tokens::Record& query, const ChanceModel& model,
                                  double evalue) const {
  const std::size_t m = query.tokens.size();
  if (m == 0) return highest_score();
  const align::Distance& cost = *config_.distance;
  const std::size_t length = cost.length(config_.mode, m, m);
  double score = cost.score(query.tokens, 0, length);
  const double step_score = score - cost.score(query.tokens, cost.units(), length);
  while (score > 0 && model.expected(distance(query.tokens, score)) <= evalue)
    score -= step() * step_score;
  return std::max(score, 0.0);
}

}  // namespace pairalign::search

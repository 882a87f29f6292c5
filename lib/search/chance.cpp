#include "search/chance.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "align/match.hpp"
#include "align/scan.hpp"
#include "base/random.hpp"
#include "search/fuse.hpp"
#include "search/ranking.hpp"

namespace pairalign::search {
namespace {

// Scores of the same distance differ by less than this, in edits or bits, from rounding.
constexpr double kRounding = 1e-6;
// A piece of background has this many tokens more than the query.
constexpr std::size_t kPieceTokens = 96;
constexpr std::size_t kMinPieces = 8;
// Size of the sample of the archives, and the most tokens that a record gives to it.
constexpr std::size_t kSampleTokens = std::size_t{1} << 15;
constexpr std::size_t kRecordTokens = 512;
constexpr std::uint64_t kSeed = 1;
// A longer query is judged by its first tokens, and the result scaled up: its hits are beyond
// doubt, or it has none.
constexpr std::size_t kMaxQueryTokens = 1024;
// A match may hang over the ends of a record, the more so where mismatches cost as much as gaps:
// this fraction of the query has to lie within.
constexpr double kWithinEdits = 0.36, kWithinBits = 0.75;
// If the reversed query reaches this fraction of the best score against the query, the order of its
// tokens carries no information.
constexpr double kSameBackwards = 0.6;
// For global mode: lengths of records relative to the query, and pieces for each.
constexpr double kLengths[] = {0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.4, 1.6, 1.8, 2.1, 2.5};
constexpr std::size_t kGlobalPieces = 250;

// Least number of pieces at or above a score for their count to be trusted.
constexpr double kAnchorCount = 16;
// Log of the expected number of places per piece that score above the mean of the best scores: half
// a place or a little more.
constexpr double kLogRateAtMean = -0.56;
// Prior weight, in pieces of an archive, of the assumption that it is like the background.
constexpr double kShiftPrior = 2, kWidthPrior = 30;
constexpr double kMinPlaces = 8;
// From this many pieces on, the query itself may correct the estimate from its reversal, by at most
// this much.
constexpr std::size_t kMinOwnPieces = 20;
constexpr double kShiftTrust = 0.5, kWidthTrust = 0.1;
constexpr double kLowerPart = 0.75;
// Tails of the background, fitted query by query with soft costs, are steeper than those of
// archives, which differ from it in more than shift and width: measured on 100 and 1,240
// recordings.
constexpr double kFlatterBits = 0.82;
// A piece that scores this many deviations above the mean is taken to hold a true match.
constexpr double kSought = 6;
constexpr double kMinWidth = 0.6, kMaxWidth = 1.6;

// The deviation of reversed queries grows with the square root of their length: edits, bits.
constexpr double kReversedEdits = 0.14, kReversedBits = 2.05;
// Forwards, tokens follow one another as in all speech: deviations are larger and means higher.
constexpr double kForwardWidth = 1.45, kForwardEdits = 0.7, kForwardBits = 1.9;

// Pieces with a true match are no evidence about chance, not even for the reversed query: its
// tokens are there.
PieceScores without_sought(const PieceScores& pieces, double limit) {
  PieceScores kept{{}, {}, pieces.places};
  for (std::size_t i = 0; i < pieces.scores.size(); ++i) {
    if (pieces.scores[i] > limit) continue;
    kept.scores.push_back(pieces.scores[i]);
    kept.reversed.push_back(pieces.reversed[i]);
  }
  return kept;
}

double clamped_to(double value, double centre, double radius) {
  return std::clamp(value, centre - radius, centre + radius);
}

std::vector<Span<const Token>> cut(Span<const Token> stream, std::size_t tokens, std::size_t most) {
  std::vector<Span<const Token>> pieces;
  for (std::size_t i = 0; i + tokens <= stream.size() && pieces.size() < most; i += tokens)
    pieces.push_back(stream.subspan(i, tokens));
  if (pieces.empty() && !stream.empty()) pieces.push_back(stream);
  return pieces;
}

}  // namespace

ChanceLaw::Moments ChanceLaw::moments(const std::vector<double>& scores) {
  Moments result;
  const auto n = static_cast<double>(scores.size());
  if (scores.empty()) return result;
  for (const double score : scores)
    result.mean += score / n;
  double m2 = 0, m3 = 0;
  for (const double score : scores) {
    const double u = score - result.mean;
    m2 += u * u / n;
    m3 += u * u * u / n;
  }
  result.deviation = std::sqrt(m2);
  result.skewness = m2 > 0 ? m3 / (m2 * result.deviation) : 0;
  return result;
}

ChanceLaw::Moments ChanceLaw::lower_part(std::vector<double> scores) {
  std::sort(scores.begin(), scores.end());
  scores.resize(static_cast<std::size_t>(kLowerPart * static_cast<double>(scores.size())));
  return moments(scores);
}

ChanceLaw::ChanceLaw(const ChanceScores& scores, const ScoreShape& shape) : shape_(shape) {
  if (scores.background.scores.empty()) {
    guess_background(scores.archive);
  } else {
    take_background(scores.background);
    take_archive(without_sought(scores.archive, law_.mean + kSought * law_.deviation),
                 scores.background);
  }
  if (shape.bits && !shape.single) {  // the best score of many places
    slope_ *= kFlatterBits;
    bend_ *= kFlatterBits;
  }
}

void ChanceLaw::take_background(const PieceScores& background) {
  const double root = std::sqrt(shape_.length);
  law_ = moments(background.scores);
  reversed_ = moments(background.reversed);
  // For short queries, nearly all scores can be the same.
  const double least = root * (shape_.bits ? 0.5 : 0.05);
  law_.deviation = std::max(law_.deviation, least);
  reversed_.deviation = std::max(reversed_.deviation, least);
  sorted_ = background.scores;
  std::sort(sorted_.rbegin(), sorted_.rend());
  places_ = background.places;
  const double skew = law_.skewness;
  if (shape_.single) {
    slope_ = 0.8 + 0.42 * std::clamp(skew, 0.0, 1.0);
    bend_ = std::max(0.83 - 0.73 * std::max(skew, 0.0), 0.1);
  } else if (!shape_.bits) {
    slope_ = std::max(2.05 - 1.15 * std::clamp(skew, -0.3, 0.9), 0.9);
    bend_ = 0.1;
  } else {
    slope_ = 1.25;
    bend_ = std::max(0.42 - 0.5 * skew, 0.03);
  }
  const auto count =
      std::clamp<std::size_t>(sorted_.size() / 20, 1, static_cast<std::size_t>(kAnchorCount));
  anchor_ = sorted_[count - 1];
  anchor_log_rate_ = counted(anchor_);
}

// Nothing is known of forward scores beyond what speech is like in general.
void ChanceLaw::guess_background(const PieceScores& archive) {
  const double root = std::sqrt(shape_.length);
  const double usual = root * (shape_.bits ? kReversedBits : kReversedEdits);
  reversed_ = moments(archive.reversed);
  const auto pieces = static_cast<double>(archive.reversed.size());
  const double variance = reversed_.deviation * reversed_.deviation * pieces;
  reversed_.deviation =
      std::sqrt((variance + kShiftPrior * usual * usual) / (pieces + kShiftPrior));
  law_.deviation = kForwardWidth * reversed_.deviation;
  law_.mean = reversed_.mean + reversed_.deviation * (shape_.bits ? kForwardBits : kForwardEdits);
  // At the skewness that scores of speech have; for edits flatter than with a background.
  slope_ = shape_.bits ? 1.25 : 1.042;
  bend_ = shape_.bits ? 0.22 : 0.08;
  if (shape_.single) slope_ = 1, bend_ = 0.5;
  places_ = archive.places;
  anchor_ = law_.mean;
  anchor_log_rate_ = kLogRateAtMean - std::log(places_);
  shift_variance_ = 1 / (pieces + 1);
}

void ChanceLaw::take_archive(const PieceScores& archive, const PieceScores& background) {
  const auto pieces = static_cast<double>(archive.reversed.size());
  shift_variance_ = 1 / kShiftPrior;
  // Strings much shorter than those of the background are weak evidence.
  if (pieces == 0 || archive.places * kMinPlaces < background.places) return;
  const Moments backwards = moments(archive.reversed);
  double shift = (backwards.mean - reversed_.mean) / reversed_.deviation;
  // The best of fewer places is lower, by an amount that follows from a nearly exponential tail.
  if (!shape_.single) {
    shift += std::log(background.places / archive.places) / 1.28;
  }
  double width = pieces > 3 ? backwards.deviation / reversed_.deviation : 1;
  if (archive.scores.size() >= kMinOwnPieces) {
    const Moments here = lower_part(archive.scores);
    const Moments there = lower_part(background.scores);
    shift = clamped_to((here.mean - there.mean) / law_.deviation, shift, kShiftTrust);
    if (there.deviation > 0) {
      width = clamped_to(here.deviation / there.deviation, width, kWidthTrust);
    }
  }
  shift_ = shift * pieces / (pieces + kShiftPrior);
  shift_variance_ = 1 / (pieces + kShiftPrior);
  width_ = 1 + (std::clamp(width, kMinWidth, kMaxWidth) - 1) * pieces / (pieces + kWidthPrior);
}

void ChanceLaw::shift_for_order(double reversed_score) {
  if (reversed_.deviation > 0) {
    shift_ = std::max(shift_, (reversed_score - reversed_.mean) / reversed_.deviation);
  }
}

// A piece of n places has one with that score with probability 1 − exp(−n · rate).
double ChanceLaw::counted(double score) const {
  const auto pieces = static_cast<double>(sorted_.size());
  const auto rate = [&](double level) {
    const auto end = std::partition_point(sorted_.begin(), sorted_.end(),
                                          [&](double other) { return other > level - kRounding; });
    const auto count = static_cast<double>(end - sorted_.begin());
    const double part = std::clamp(count, 0.5, pieces - 0.5) / pieces;
    return std::log(-std::log1p(-part) / places_);
  };
  if (!shape_.steps) return rate(score);
  const double below = std::floor(score);
  return rate(below) + (score - below) * (rate(below + 1) - rate(below));
}

double ChanceLaw::log_rate(double score) const {
  const double z = ((score - law_.mean) / law_.deviation - shift_) / width_;
  const double same = law_.mean + law_.deviation * z;  // equivalent score in the background
  const double anchor = (anchor_ - law_.mean) / law_.deviation;
  const double rate = same < anchor_ && !sorted_.empty()
                          ? counted(same)
                          : anchor_log_rate_ + tail(z) - tail(anchor);
  // Averaged over the uncertainty of the shift, in a tail as steep as here, or where counting ends.
  const double steepness = slope(std::max(z, anchor)) / width_;
  return rate + steepness * steepness * shift_variance_ / 2;
}

double ChanceLaw::expected(double score, double places) const {
  const auto rate = [&](double level) { return std::min(std::exp(log_rate(level)), 1.0); };
  if (!shape_.steps) return places * rate(score);
  return places * (rate(score) + rate(score + 1)) / 2;
}

double QueryChance::expected(double score) const {
  double sum = 0;
  for (const Part& part : parts_) {
    const double level = (score - best_) / part.per_unit / stretch_;
    sum += part.law.expected(level, part.places);
  }
  return score <= floor_score_ ? std::max(sum, floor_) : sum;
}

double QueryChance::lowest_score(double evalue) const {
  if (parts_.empty()) return best_;
  double step = std::numeric_limits<double>::max();
  for (const Part& part : parts_)
    step = std::min(step, part.per_unit);
  // The first of the steps down from the best score that is too likely by chance.
  double low = 0, high = std::ceil(best_ / step) + 1;
  while (high - low > 1) {
    const double middle = std::floor((low + high) / 2);
    (expected(best_ - middle * step) <= evalue ? low : high) = middle;
  }
  return std::max(best_ - high * step, 0.0);
}

Chance::Chance(Span<const archive::Archive> archives, const align::Distance& distance,
               align::Mode mode, Span<const Token> background)
    : distance_(&distance), mode_(mode), background_(background) {
  std::vector<std::size_t> ends;
  std::size_t records = 0;
  for (const archive::Archive& archive : archives) {
    ends.push_back(records += archive.size());
    for (const auto& [tokens, count] : archive.token_counts())
      records_[tokens] += count;
    tokens_ += static_cast<double>(archive.token_total());
  }
  // The archive, and the record in it.
  const auto locate = [&](std::size_t record) {
    const auto a =
        static_cast<std::size_t>(std::upper_bound(ends.begin(), ends.end(), record) - ends.begin());
    return std::pair(a, record - (a == 0 ? 0 : ends[a - 1]));
  };
  Random random(kSeed);
  std::vector<Token> tokens;
  const bool all = tokens_ <= kSampleTokens;
  for (std::size_t i = 0; i < records && sample_.size() < kSampleTokens; ++i) {
    const auto [a, within] = locate(all ? i : random.below(records));
    const archive::Archive& archive = archives[a];
    const std::size_t count = archive.token_count(within);
    const std::size_t taken = all ? count : std::min(count, kRecordTokens);
    const std::size_t begin = random.below(count - taken + 1);
    archive.tokens(within, begin, begin + taken, tokens);
    sample_.insert(sample_.end(), tokens.begin(), tokens.end());
  }
}

double Chance::best_score(align::Strings renderings) const {
  std::vector<double> best;
  for (const Span<const Token>& string : renderings)
    best.push_back(distance_->match_score(string, 0, mode_, string.size()));
  return Fuse(*distance_, mode_, renderings)(best);
}

// Fewer than the query's own tokens if it is in parts.
std::size_t Chance::written_tokens(Span<const Token> query) const {
  return distance_->written(query).size();
}

double Chance::places_in(double tokens, double query_tokens) const {
  if (mode_ == align::Mode::global) return 1;
  const double within = (distance_->counts_edits() ? kWithinEdits : kWithinBits) * query_tokens;
  const double soft = 0.1 * query_tokens;
  return std::max(soft * std::log1p(std::exp(std::min((tokens - within) / soft, 700.0))), 1e-6);
}

// `both`: the renderings, followed by their reversals.
PieceScores Chance::score(align::Strings both, const Pieces& pieces, double best,
                          double per_unit) const {
  const std::vector<align::Region> nearest = align::Scan(*distance_, both, mode_).nearest(pieces);
  const std::size_t count = both.size() / 2;
  const Fuse fuse(*distance_, mode_, both.first(count));
  std::vector<double> scores(both.size());
  const Span<const double> forwards(scores.data(), count), backwards(&scores[count], count);
  PieceScores result;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    for (std::size_t q = 0; q < both.size(); ++q) {
      scores[q] = distance_->match_score(both[q], nearest[i * both.size() + q].distance, mode_,
                                         pieces[i].size());
    }
    result.scores.push_back((fuse(forwards) - best) / per_unit);
    result.reversed.push_back((fuse(backwards) - best) / per_unit);
  }
  result.places = places_in(static_cast<double>(pieces.front().size()),
                            static_cast<double>(written_tokens(both[0])));
  return result;
}

ChanceLaw Chance::law(align::Strings renderings, std::size_t piece_tokens, std::size_t most,
                      double best) const {
  std::vector<std::vector<Token>> reversals;
  for (const Span<const Token>& string : renderings)
    reversals.emplace_back(string.rbegin(), string.rend());
  std::vector<Span<const Token>> both(renderings.begin(), renderings.end());
  both.insert(both.end(), reversals.begin(), reversals.end());
  const double per_unit = distance_->unit_score(renderings[0], mode_, piece_tokens);
  ChanceScores scores;
  const Pieces known = cut(background_, piece_tokens, most);
  if (known.size() >= kMinPieces) scores.background = score(both, known, best, per_unit);
  const Pieces here = cut(sample_, piece_tokens, most);
  if (!here.empty()) scores.archive = score(both, here, best, per_unit);
  ScoreShape shape;
  shape.bits = !distance_->counts_edits();
  shape.steps = !shape.bits && renderings.size() == 1 && mode_ == align::Mode::infix;
  shape.single = mode_ == align::Mode::global;
  shape.length = static_cast<double>(written_tokens(renderings[0]));
  return {scores, shape};
}

// For a query that is the same in reverse, such as one token over and over, each place with its
// tokens is a match.
void Chance::account_for_order(Span<const Token> query, double best, QueryChance& chance) const {
  const std::vector<Token> backwards(query.rbegin(), query.rend());
  const std::vector<Token> written = distance_->written(query);
  const auto score = [&](Span<const Token> string) {
    const std::size_t distance = align::Matcher(*distance_, string).distance(written, mode_);
    return distance_->match_score(string, distance, mode_, written.size());
  };
  const double same = score(query), reversed = score(backwards);
  if (reversed < kSameBackwards * same) return;
  // In edits, or bits.
  const double below = (best - reversed) / distance_->unit_score(query, mode_, written.size());
  for (QueryChance::Part& part : chance.parts_)
    part.law.shift_for_order(-below);
  chance.floor_ = tokens_ / (chance.stretch_ * static_cast<double>(written.size()));
  if (chance.parts_.empty()) return;
  chance.floor_score_ =
      chance.best_ - (below - kRounding) * chance.stretch_ * chance.parts_[0].per_unit;
}

// In global mode, each range of record lengths has its own distribution. Records much longer or
// shorter than the query are hardly ever hits, and go with the nearest range.
void Chance::add_lengths(Span<const Token> query, align::Strings fronts, double best,
                         QueryChance& chance) const {
  const std::size_t query_tokens = written_tokens(query);
  const auto m = static_cast<double>(query_tokens);
  auto record = records_.begin();
  for (std::size_t i = 0; i < std::size(kLengths); ++i) {
    const bool last = i + 1 == std::size(kLengths);
    const double until =
        last ? std::numeric_limits<double>::max() : (kLengths[i] + kLengths[i + 1]) / 2 * m;
    double count = 0;
    for (; record != records_.end() && static_cast<double>(record->first) < until; ++record)
      count += static_cast<double>(record->second);
    if (count == 0) continue;
    const auto tokens = [&](std::size_t of) {
      return std::max<std::size_t>(static_cast<std::size_t>(kLengths[i] * static_cast<double>(of)),
                                   1);
    };
    chance.parts_.push_back({law(fronts, tokens(written_tokens(fronts[0])), kGlobalPieces, best),
                             count, distance_->unit_score(query, mode_, tokens(query_tokens))});
  }
}

QueryChance Chance::of(Span<const tokens::Record> renderings) const {
  const QueryTokens tokens(*distance_, renderings);
  std::vector<Span<const Token>> strings;
  for (const tokens::Record& rendering : tokens.queries())
    strings.emplace_back(rendering.tokens);
  if (&tokens.distance() == distance_) return of_strings(strings);
  Chance own = *this;
  own.distance_ = &tokens.distance();
  return own.of_strings(strings);
}

QueryChance Chance::of_strings(align::Strings renderings) const {
  QueryChance chance;
  std::vector<Span<const Token>> strings, fronts;
  for (const Span<const Token>& string : renderings) {
    if (string.empty()) continue;
    strings.push_back(string);
    fronts.push_back(string.subspan(0, std::min(string.size(), kMaxQueryTokens)));
  }
  if (records_.empty() || strings.empty()) return chance;
  const std::size_t m = written_tokens(strings[0]), front_tokens = written_tokens(fronts[0]);
  chance.best_ = best_score(strings);
  chance.stretch_ = static_cast<double>(m) / static_cast<double>(front_tokens);
  const double best = best_score(fronts);
  if (mode_ == align::Mode::global) {
    add_lengths(strings[0], fronts, best, chance);
  } else {
    const std::size_t piece_tokens = front_tokens + kPieceTokens;
    double places = 0;
    for (const auto& [tokens, count] : records_)
      places += places_in(static_cast<double>(tokens), static_cast<double>(m)) *
                static_cast<double>(count);
    chance.parts_.push_back({law(fronts, piece_tokens, background_.size() + sample_.size(), best),
                             places, distance_->unit_score(strings[0], mode_, piece_tokens)});
  }
  account_for_order(fronts[0], best, chance);
  return chance;
}

std::vector<QueryChance> Chance::of(Span<const tokens::Record> queries, ThreadPool& pool) const {
  std::vector<QueryChance> chances(queries.size());
  pool.parallel_for(queries.size(), [&](std::size_t q) { chances[q] = of(queries.subspan(q, 1)); });
  return chances;
}

}  // namespace pairalign::search

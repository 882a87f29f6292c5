#include "search/chance_law.hpp"

#include <algorithm>
#include <cmath>

namespace pairalign::search {
namespace {

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
constexpr std::size_t kMinPieces = 20;
constexpr double kShiftTrust = 0.5, kWidthTrust = 0.1;
constexpr double kLowerPart = 0.75;
// Tails of the background, fitted query by query, are steeper than those of archives, which differ
// from it in more than shift and width: measured on 100 and 1,240 recordings, at rates of 4e-5,
// 4e-6, 4e-7 per place, unit costs gave 1.4, 2.7, 4.5 times as many places as expected.
constexpr double kFlatterEdits = 0.8, kFlatterBits = 0.82;
// A piece that scores this many deviations above the mean is taken to hold a true match.
constexpr double kSought = 6;
constexpr double kMinWidth = 0.6, kMaxWidth = 1.6;

// The deviation of reversed queries grows with the square root of their length: edits, bits.
constexpr double kReversedEdits = 0.14, kReversedBits = 2.05;
// Forwards, tokens follow one another as in all speech: deviations are larger and means higher.
constexpr double kForwardWidth = 1.45, kForwardEdits = 0.7, kForwardBits = 1.9;
constexpr double kSkewEdits = 0.65, kSkewBits = 0.4;

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
  if (!shape.single) {  // the best score of many places
    slope_ *= shape.bits ? kFlatterBits : kFlatterEdits;
    bend_ *= shape.bits ? kFlatterBits : kFlatterEdits;
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
  law_.skewness = shape_.bits ? kSkewBits : kSkewEdits;
  slope_ = shape_.bits ? 1.25 : 2.05 - 1.15 * kSkewEdits;
  bend_ = shape_.bits ? 0.42 - 0.5 * kSkewBits : 0.1;
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
  if (archive.scores.size() >= kMinPieces) {
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
                                          [&](double other) { return other >= level; });
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

}  // namespace pairalign::search

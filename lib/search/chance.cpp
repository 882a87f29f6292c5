#include "search/chance.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace pairalign::search {
namespace {

// Levels with fewer matches say little, and may be of records that are related to the query; at
// those that most records reach, a record's length no longer matters as it does in the tail.
constexpr double kFewestMatches = 4;
constexpr double kTailPart = 0.4;
// For samples in which no two levels can be compared: a factor of 4 a step, as is usual.
constexpr double kUsualSlope = 1.4;

}  // namespace

ChanceModel::ChanceModel(std::vector<ChanceMatch> sample, double step, double records,
                         double exposure)
    : known_(!sample.empty()), records_(records), exposure_(records > 0 ? exposure / records : 0) {
  std::sort(sample.begin(), sample.end(),
            [](const ChanceMatch& a, const ChanceMatch& b) { return a.distance < b.distance; });
  slope_ = kUsualSlope / step;
  peak_ = std::numeric_limits<double>::max();
  if (known_) fit(levels(sample, step));
}

// `sample` is sorted. A string of exposure n has a match at rate p with chance 1 − exp(−n·p).
std::vector<ChanceModel::Level> ChanceModel::levels(const std::vector<ChanceMatch>& sample,
                                                    double step) const {
  const auto size = static_cast<double>(sample.size());
  double exposure = 0;
  for (const ChanceMatch& match : sample)
    exposure += match.exposure / size;
  std::vector<Level> found;
  double level = std::ceil(sample.front().distance / step) * step;
  for (std::size_t i = 0; i < sample.size(); level += step) {
    while (i < sample.size() && sample[i].distance <= level)
      ++i;
    const auto matches = static_cast<double>(i);
    const double part = std::min(matches / size, 1 - 0.5 / size);
    const bool in_tail = matches >= kFewestMatches && part <= kTailPart;
    // Without a tail the first level has to do.
    if (!in_tail && !(part > kTailPart && found.empty())) continue;
    found.push_back({level, std::log(-std::log(1 - part) / exposure), matches});
  }
  return found;
}

// Weighted least squares. The variance of a logarithm of counts is the inverse of the count.
void ChanceModel::fit(const std::vector<Level>& levels) {
  double weight = 0, mean = 0;
  for (const Level& level : levels) {
    weight += level.weight;
    centre_ += level.weight * level.distance;
    mean += level.weight * level.log_rate;
  }
  centre_ /= weight;
  mean /= weight;
  constant_ = mean;
  double u2 = 0, u3 = 0, u4 = 0, uy = 0, u2y = 0;
  for (const Level& level : levels) {
    const double u = level.distance - centre_;
    const double y = level.log_rate - mean;
    u2 += level.weight * u * u;
    u3 += level.weight * u * u * u;
    u4 += level.weight * u * u * u * u;
    uy += level.weight * u * y;
    u2y += level.weight * u * u * y;
  }
  if (levels.size() < 2) return;
  slope_ = uy / u2;
  // Centred, so that Σ w·u = Σ w·y = 0: what is left of the normal equations is 2 × 2.
  const double spread = u4 - u2 * u2 / weight;
  const double determinant = u2 * spread - u3 * u3;
  if (levels.size() < 3 || determinant <= 1e-9 * u2 * u4) return;
  const double bend = (u2 * u2y - u3 * uy) / determinant;
  if (bend >= 0) return;  // the tail of a distance is no heavier than exponential
  bend_ = bend;
  slope_ = (uy - bend_ * u3) / u2;
  constant_ = mean - bend_ * u2 / weight;
  peak_ = centre_ - slope_ / (2 * bend_);
}

double ChanceModel::expected(double distance) const {
  if (!known_) return records_;
  const double u = std::min(distance, peak_) - centre_;
  const double rate = std::exp(constant_ + (slope_ + bend_ * u) * u);
  return records_ * -std::expm1(-rate * exposure_);
}

}  // namespace pairalign::search

#include "stats/audio/bandwidth.hpp"

#include <algorithm>
#include <cmath>

namespace pairalign::stats {
namespace {

constexpr double kRange = 1e-6;      // 60 dB
constexpr double kMinPower = 1e-14;  // rounding noise of floats
constexpr double kAboveNoise = 4;    // 6 dB
constexpr double kLowest = 60;       // Hz: below, hum and offset may make up the whole maximum

}  // namespace

BandwidthMeter::BandwidthMeter(std::size_t bins, double bin_width, int bits)
    : bin_width_(bin_width), sums_(bins, 0) {
  // A step of 2 / 2^bits has a rounding noise of step² / 12, or three times that with dither.
  const double step = bits == 0 ? 0 : std::pow(2.0, 1 - bits);
  rounding_noise_ = step * step / 4 / static_cast<double>(bins - 1);
}

void BandwidthMeter::add(Span<const float> power) {
  for (std::size_t k = 0; k < sums_.size(); ++k)
    sums_[k] += power.data()[k];
  ++frames_;
}

std::optional<double> BandwidthMeter::bandwidth() const {
  if (frames_ == 0) return std::nullopt;
  // Over three bins, the width to which the window spreads a tone.
  std::vector<double> smooth(sums_.size());
  double highest = 0;
  for (std::size_t k = 1; k + 1 < sums_.size(); ++k) {
    smooth[k] = (sums_[k - 1] + sums_[k] + sums_[k + 1]) / (3 * static_cast<double>(frames_));
    if (static_cast<double>(k) * bin_width_ >= kLowest) highest = std::max(highest, smooth[k]);
  }
  const double least = std::max({highest * kRange, kAboveNoise * rounding_noise_, kMinPower});
  for (std::size_t k = sums_.size() - 1; k-- > 1;) {
    if (smooth[k] < least) continue;
    // If it reaches the last bin, the whole band.
    const bool all = k + 2 >= sums_.size();
    return static_cast<double>(all ? k + 1 : k) * bin_width_;
  }
  return std::nullopt;
}

}  // namespace pairalign::stats

#include "stats/audio/channels.hpp"

#include <algorithm>
#include <cmath>

#include "base/multiversion.hpp"

namespace pairalign::stats {
namespace {

constexpr double kInverted = -0.95;

// Σ ab, in eight parallel sums.
PAIRALIGN_MULTIVERSION
double product_sum(const float* a, const float* b, std::size_t count) {
  constexpr std::size_t kLanes = 8;
  double sum[kLanes] = {};
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane)
      sum[lane] += static_cast<double>(a[i + lane]) * b[i + lane];
  }
  double total = 0;
  for (; i < count; ++i)
    total += static_cast<double>(a[i]) * b[i];
  for (const double part : sum)
    total += part;
  return total;
}

}  // namespace

ChannelMeter::ChannelMeter(int channels)
    : others_(static_cast<std::size_t>(std::max(channels, 1) - 1)) {}

void ChannelMeter::add(const Block& block) {
  if (others_.empty()) return;
  const Span<const float> first = block.channels[0];
  first_square_sum_ += product_sum(first.data(), first.data(), first.size());
  for (std::size_t c = 0; c < others_.size(); ++c) {
    const Span<const float> other = block.channels[c + 1];
    Pair& pair = others_[c];
    pair.product_sum += product_sum(first.data(), other.data(), first.size());
    pair.square_sum += product_sum(other.data(), other.data(), first.size());
    pair.differs = pair.differs || !std::equal(first.begin(), first.end(), other.begin());
  }
}

int ChannelMeter::identical() const {
  return static_cast<int>(std::count_if(others_.begin(), others_.end(), [](const Pair& pair) {
    return !pair.differs && pair.square_sum > 0;
  }));
}

int ChannelMeter::inverted() const {
  return static_cast<int>(std::count_if(others_.begin(), others_.end(), [&](const Pair& pair) {
    const double scale = std::sqrt(pair.square_sum * first_square_sum_);
    return scale > 0 && pair.product_sum <= kInverted * scale;
  }));
}

}  // namespace pairalign::stats

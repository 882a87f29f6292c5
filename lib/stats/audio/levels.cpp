#include "stats/audio/levels.hpp"

#include <algorithm>
#include <cmath>

#include "base/multiversion.hpp"

namespace pairalign::stats {
namespace {

constexpr int kMinRun = 3;
constexpr int kMaxBits = 16;
constexpr double kZeroRunSeconds = 0.02;

struct Sums {
  double sum = 0;
  double square_sum = 0;
  float peak = 0;
};

// Eight parallel sums, so that the compiler can vectorise without reordering additions.
PAIRALIGN_MULTIVERSION
Sums sums_of(const float* samples, std::size_t count) {
  constexpr std::size_t kLanes = 8;
  double sum[kLanes] = {}, square_sum[kLanes] = {};
  float peak[kLanes] = {};
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const float value = samples[i + lane];
      const double wide = value;
      sum[lane] += wide;
      square_sum[lane] += wide * wide;
      const float size = std::fabs(value);
      peak[lane] = size > peak[lane] ? size : peak[lane];
    }
  }
  Sums total;
  for (; i < count; ++i) {
    total.sum += samples[i];
    total.square_sum += static_cast<double>(samples[i]) * samples[i];
    total.peak = std::max(total.peak, std::fabs(samples[i]));
  }
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    total.sum += sum[lane];
    total.square_sum += square_sum[lane];
    total.peak = std::max(total.peak, peak[lane]);
  }
  return total;
}

bool all_zero(const Block& block, std::size_t frame) {
  for (const Span<const float>& channel : block.channels) {
    if (channel.data()[frame] != 0) return false;
  }
  return true;
}

}  // namespace

double power_db(double power) {
  return power > 1e-20 ? 10 * std::log10(power) : kSilenceDb;
}

LevelMeter::LevelMeter(int channels, int sample_rate, int bits)
    : channels_(static_cast<std::size_t>(channels)),
      least_zeros_(std::max<std::int64_t>(1, std::llround(sample_rate * kZeroRunSeconds))) {
  const int exponent = std::clamp(bits == 0 ? kMaxBits : bits, 2, kMaxBits) - 1;
  // The greatest value of two's complement is one step below 1; half a step more for rounding.
  full_scale_ = static_cast<float>(1 - 1.5 * std::pow(2.0, -exponent));
}

void LevelMeter::add(const Block& block) {
  for (std::size_t c = 0; c < channels_.size(); ++c) {
    Channel& channel = channels_[c];
    const Span<const float> samples = block.channels[c];
    const Sums sums = sums_of(samples.data(), samples.size());
    channel.sum += sums.sum;
    channel.square_sum += sums.square_sum;
    channel.peak = std::max(channel.peak, sums.peak);
    if (sums.peak >= full_scale_) {
      count_clipped(samples, channel);
    } else {
      channel.run = 0;
    }
  }
  count_zeros(block);
  frames_ += static_cast<std::int64_t>(block.frames());
}

void LevelMeter::count_clipped(Span<const float> samples, Channel& channel) const {
  for (const float sample : samples) {
    if (std::fabs(sample) < full_scale_) {
      channel.run = 0;
      continue;
    }
    const bool same_side = (sample > 0) == (channel.run > 0) && channel.run != 0;
    const std::int64_t length = same_side ? std::abs(channel.run) + 1 : 1;
    channel.run = sample > 0 ? length : -length;
    if (length == kMinRun) channel.clipped += kMinRun;
    if (length > kMinRun) ++channel.clipped;
  }
}

void LevelMeter::count_zeros(const Block& block) {
  for (std::size_t i = 0; i < block.frames(); ++i) {
    if (all_zero(block, i)) {
      ++zero_run_;
      continue;
    }
    if (zero_run_ >= least_zeros_) zero_frames_ += zero_run_;
    zero_run_ = 0;
  }
}

double LevelMeter::power() const {
  double sum = 0;
  for (int c = 0; c < static_cast<int>(channels_.size()); ++c)
    sum += power(c);
  return channels_.empty() ? 0 : sum / static_cast<double>(channels_.size());
}

double LevelMeter::power(int channel) const {
  if (frames_ == 0) return 0;
  return channels_[static_cast<std::size_t>(channel)].square_sum / static_cast<double>(frames_);
}

double LevelMeter::peak() const {
  float peak = 0;
  for (const Channel& channel : channels_)
    peak = std::max(peak, channel.peak);
  return peak;
}

double LevelMeter::offset() const {
  double offset = 0;
  for (const Channel& channel : channels_) {
    if (frames_ > 0)
      offset = std::max(offset, std::abs(channel.sum / static_cast<double>(frames_)));
  }
  return offset;
}

std::int64_t LevelMeter::clipped() const {
  std::int64_t clipped = 0;
  for (const Channel& channel : channels_)
    clipped += channel.clipped;
  return clipped;
}

std::int64_t LevelMeter::zero_frames() const {
  return zero_frames_ + (zero_run_ >= least_zeros_ ? zero_run_ : 0);
}

int LevelMeter::zero_channels() const {
  return static_cast<int>(std::count_if(channels_.begin(), channels_.end(),
                                        [](const Channel& channel) { return channel.peak == 0; }));
}

}  // namespace pairalign::stats

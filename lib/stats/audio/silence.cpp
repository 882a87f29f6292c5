#include "stats/audio/silence.hpp"

#include <algorithm>
#include <cmath>

#include "stats/audio/levels.hpp"

namespace pairalign::stats {
namespace {

constexpr double kSpanSeconds = 0.01;
constexpr int kLowestDb = -160;
constexpr int kHighestDb = 100;
constexpr int kSilentDb = -60;
constexpr double kNoiseQuantile = 0.1;
constexpr std::size_t kAboveNoise = 6;     // dB
constexpr std::size_t kBelowLoudest = 20;  // dB

}  // namespace

SilenceMeter::SilenceMeter(int channels, int sample_rate)
    : span_frames_(static_cast<std::size_t>(std::max(1L, std::lround(sample_rate * kSpanSeconds)))),
      channels_(channels),
      levels_(kHighestDb - kLowestDb + 1) {
  span_seconds_ = static_cast<double>(span_frames_) / sample_rate;
}

void SilenceMeter::add(const Block& block) {
  for (std::size_t begin = 0; begin < block.frames();) {
    const std::size_t count = std::min(span_frames_ - filled_, block.frames() - begin);
    for (const Span<const float>& channel : block.channels) {
      const float* samples = channel.data() + begin;
      float sum = 0;
      for (std::size_t i = 0; i < count; ++i)
        sum += samples[i] * samples[i];
      power_ += static_cast<double>(sum);
    }
    begin += count;
    filled_ += count;
    if (filled_ == span_frames_) end_span();
  }
}

void SilenceMeter::finish() {
  if (filled_ > 0) end_span();
}

void SilenceMeter::end_span() {
  const double db = power_db(power_ / static_cast<double>(filled_) / channels_);
  const double cell = std::clamp(std::floor(db), double{kLowestDb}, double{kHighestDb});
  Level& level = levels_[static_cast<std::size_t>(cell - kLowestDb)];
  if (level.spans++ == 0) level.first = spans_;
  level.last = spans_++;
  power_ = 0;
  filled_ = 0;
}

// The lowest level of a span that is not silent.
std::size_t SilenceMeter::lowest_audible() const {
  std::size_t loudest = 0, noise = levels_.size();
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < levels_.size(); ++i) {
    if (levels_[i].spans == 0) continue;
    loudest = i;
    seen += levels_[i].spans;
    if (noise == levels_.size() &&
        static_cast<double>(seen) >= kNoiseQuantile * static_cast<double>(spans_)) {
      noise = i;
    }
  }
  const std::size_t above_noise = noise + 1 + kAboveNoise;
  const std::size_t relative = std::min(above_noise, loudest - std::min(loudest, kBelowLoudest));
  return std::max<std::size_t>(kSilentDb - kLowestDb, relative);
}

std::optional<double> SilenceMeter::silence() const {
  if (spans_ == 0) return std::nullopt;
  std::uint64_t silent = 0;
  for (std::size_t i = 0; i < lowest_audible(); ++i)
    silent += levels_[i].spans;
  return static_cast<double>(silent) / static_cast<double>(spans_);
}

double SilenceMeter::leading() const {
  std::int64_t first = spans_;
  for (std::size_t i = lowest_audible(); i < levels_.size(); ++i) {
    if (levels_[i].spans > 0) first = std::min(first, levels_[i].first);
  }
  return static_cast<double>(first) * span_seconds_;
}

double SilenceMeter::trailing() const {
  std::int64_t last = -1;
  for (std::size_t i = lowest_audible(); i < levels_.size(); ++i) {
    if (levels_[i].spans > 0) last = std::max(last, levels_[i].last);
  }
  return static_cast<double>(spans_ - 1 - last) * span_seconds_;
}

}  // namespace pairalign::stats

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <numeric>

#include "base/multiversion.hpp"
#include "stats/audio/meters.hpp"

namespace pairalign::stats {
namespace {

constexpr int kMinRun = 3;
constexpr int kMaxBits = 16;
constexpr double kZeroRunSeconds = 0.02;
constexpr double kInverted = -0.95;

constexpr double kSpanSeconds = 0.01;
constexpr int kLowestDb = -160;
constexpr int kHighestDb = 100;
constexpr int kSilentDb = -60;
constexpr double kNoiseQuantile = 0.1;
constexpr std::size_t kAboveNoise = 6;     // dB
constexpr std::size_t kBelowLoudest = 20;  // dB

constexpr std::size_t kTaps = 12;
constexpr std::size_t kTruePeakSpan = 256;  // samples that are skipped or interpolated together

// Two of the four phases of the filter of BS.1770-4, annex 2; the others are these reversed.
constexpr float kPhase[][kTaps] = {
    {0.0017089843750F, 0.0109863281250F, -0.0196533203125F, 0.0332031250000F, -0.0594482421875F,
     0.1373291015625F, 0.9721679687500F, -0.1022949218750F, 0.0476074218750F, -0.0266113281250F,
     0.0148925781250F, -0.0083007812500F},
    {-0.0291748046875F, 0.0292968750000F, -0.0517578125000F, 0.0891113281250F, -0.1665039062500F,
     0.4650878906250F, 0.7797851562500F, -0.2003173828125F, 0.1015625000000F, -0.0582275390625F,
     0.0330810546875F, -0.0189208984375F}};

// No output exceeds the largest sample times the largest sum of absolute taps of a phase, 2.023.
constexpr double kMaxGain = 2.03;

// Sums are eight parallel ones, so that the compiler can vectorise without reordering additions.
constexpr std::size_t kLanes = 8;

PAIRALIGN_MULTIVERSION
double sum_of(const float* a, std::size_t count) {
  double sum[kLanes] = {};
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane)
      sum[lane] += static_cast<double>(a[i + lane]);
  }
  return std::accumulate(std::begin(sum), std::end(sum), std::accumulate(a + i, a + count, 0.0));
}

PAIRALIGN_MULTIVERSION
double product_sum(const float* a, const float* b, std::size_t count) {
  double sum[kLanes] = {};
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane)
      sum[lane] += static_cast<double>(a[i + lane]) * b[i + lane];
  }
  double total = 0;
  for (; i < count; ++i)
    total += static_cast<double>(a[i]) * b[i];
  return std::accumulate(std::begin(sum), std::end(sum), total);
}

PAIRALIGN_MULTIVERSION
float peak_of(const float* samples, std::size_t count) {
  constexpr std::size_t kPeakLanes = 16;
  float peak[kPeakLanes] = {};
  std::size_t i = 0;
  for (; i + kPeakLanes <= count; i += kPeakLanes) {
    for (std::size_t lane = 0; lane < kPeakLanes; ++lane) {
      const float size = std::fabs(samples[i + lane]);
      peak[lane] = size > peak[lane] ? size : peak[lane];
    }
  }
  float highest = 0;
  for (; i < count; ++i)
    highest = std::max(highest, std::fabs(samples[i]));
  for (const float value : peak)
    highest = std::max(highest, value);
  return highest;
}

bool all_zero(const Block& block, std::size_t frame) {
  return std::all_of(block.channels.begin(), block.channels.end(),
                     [&](const auto& channel) { return channel.data()[frame] == 0; });
}

class LevelMeter : public Meter {
 public:
  explicit LevelMeter(const SourceInfo& source)
      : channels_(static_cast<std::size_t>(source.channels)),
        least_zeros_(std::max(1L, std::lround(source.sample_rate * kZeroRunSeconds))) {
    // Full scale is the greatest value of a sample. With more than 16 bits, or none, that of 16 is
    // used: what clipped at 16 bits is often stored with more. G.711 ends at 32,124 (ulaw) and
    // 32,256 (alaw) of 32,768.
    const int exponent = std::clamp(source.bits == 0 ? kMaxBits : source.bits, 2, kMaxBits) - 1;
    // The greatest value of two's complement is one step below 1; half a step more for rounding.
    full_scale_ = static_cast<float>(1 - 1.5 * std::pow(2.0, -exponent));
    if (source.codec == "ulaw" || source.codec == "pcm_mulaw") full_scale_ = 0.980F;
    if (source.codec == "alaw" || source.codec == "pcm_alaw") full_scale_ = 0.984F;
  }

  void add(const Block& block) override {
    const Span<const float> first = block.channels[0];
    for (std::size_t c = 0; c < channels_.size(); ++c) {
      Channel& channel = channels_[c];
      const Span<const float> samples = block.channels[c];
      channel.sum += sum_of(samples.data(), samples.size());
      channel.square_sum += product_sum(samples.data(), samples.data(), samples.size());
      const float peak = peak_of(samples.data(), samples.size());
      channel.peak = std::max(channel.peak, peak);
      if (peak >= full_scale_) {
        count_clipped(samples, channel);
      } else {
        channel.run = 0;
      }
      if (c == 0) continue;
      channel.product_sum += product_sum(first.data(), samples.data(), first.size());
      channel.differs = channel.differs || !std::equal(first.begin(), first.end(), samples.begin());
    }
    count_zeros(block);
    frames_ += static_cast<std::int64_t>(block.frames());
  }

  void finish(AudioFigures& figures) override {
    const auto frames = static_cast<double>(frames_);
    double power = 0, peak = 0, offset = 0;
    std::int64_t clipped = 0;
    int identical = 0, inverted = 0, empty = 0;
    for (const Channel& channel : channels_) {
      power += channel.square_sum / frames;
      peak = std::max<double>(peak, channel.peak);
      offset = std::max(offset, std::abs(channel.sum / frames));
      clipped += channel.clipped;
      empty += channel.peak == 0;
      if (&channel == &channels_[0]) continue;
      identical += !channel.differs && channel.square_sum > 0;
      const double scale = std::sqrt(channel.square_sum * channels_[0].square_sum);
      inverted += scale > 0 && channel.product_sum <= kInverted * scale;
    }
    end_zeros();
    figures.rms = power_db(power / static_cast<double>(channels_.size()));
    figures.peak = power_db(peak * peak);
    figures.clipped = static_cast<double>(clipped);
    figures.offset = offset;
    figures.zeros = static_cast<double>(zero_frames_) / frames;
    figures.identical = identical;
    figures.inverted = inverted;
    figures.zero_channels = empty;
  }

 private:
  struct Channel {
    double sum = 0;
    double square_sum = 0;
    double product_sum = 0;  // with the first channel
    bool differs = false;    // from the first channel
    float peak = 0;
    std::int64_t clipped = 0;
    std::int64_t run = 0;  // latest samples at full scale; negative: at negative full scale
  };

  void count_clipped(Span<const float> samples, Channel& channel) const {
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

  void count_zeros(const Block& block) {
    for (std::size_t i = 0; i < block.frames(); ++i) {
      if (all_zero(block, i)) {
        ++zero_run_;
      } else {
        end_zeros();
      }
    }
  }

  void end_zeros() {
    if (zero_run_ >= least_zeros_) zero_frames_ += zero_run_;
    zero_run_ = 0;
  }

  std::vector<Channel> channels_;
  float full_scale_;
  std::int64_t least_zeros_;
  std::int64_t frames_ = 0;
  std::int64_t zero_frames_ = 0;  // of finished runs
  std::int64_t zero_run_ = 0;     // of the current run
};

class SilenceMeter : public Meter {
 public:
  explicit SilenceMeter(const SourceInfo& source)
      : span_frames_(
            static_cast<std::size_t>(std::max(1L, std::lround(source.sample_rate * kSpanSeconds)))),
        span_seconds_(static_cast<double>(span_frames_) / source.sample_rate),
        channels_(source.channels),
        levels_(kHighestDb - kLowestDb + 1) {}

  void add(const Block& block) override {
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

  void finish(AudioFigures& figures) override {
    if (filled_ > 0) end_span();
    const std::size_t audible = lowest_audible();
    std::int64_t silent = 0, first = spans_, last = -1;
    for (std::size_t i = 0; i < levels_.size(); ++i) {
      if (levels_[i].spans == 0) continue;
      if (i < audible) {
        silent += levels_[i].spans;
      } else {
        first = std::min(first, levels_[i].first);
        last = std::max(last, levels_[i].last);
      }
    }
    // The whole length at either end if nothing is audible.
    const auto seconds = [&](std::int64_t spans) {
      return std::min(static_cast<double>(spans) * span_seconds_, *figures.seconds);
    };
    figures.silence = static_cast<double>(silent) / static_cast<double>(spans_);
    figures.lead = seconds(first);
    figures.trail = seconds(spans_ - 1 - last);
  }

 private:
  // Spans of one level in dB; the indices of the first and the last.
  struct Level {
    std::int64_t spans = 0;
    std::int64_t first = 0;
    std::int64_t last = 0;
  };

  void end_span() {
    const double db = power_db(power_ / static_cast<double>(filled_) / channels_);
    const double cell = std::clamp(std::floor(db), double{kLowestDb}, double{kHighestDb});
    Level& level = levels_[static_cast<std::size_t>(cell - kLowestDb)];
    if (level.spans++ == 0) level.first = spans_;
    level.last = spans_++;
    power_ = 0;
    filled_ = 0;
  }

  // The lowest level of a span that is not silent.
  std::size_t lowest_audible() const {
    std::size_t loudest = 0, noise = levels_.size();
    std::int64_t seen = 0;
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

  std::size_t span_frames_;
  double span_seconds_;
  int channels_;
  double power_ = 0;        // of the current span, summed
  std::size_t filled_ = 0;  // frames of it
  std::int64_t spans_ = 0;
  std::vector<Level> levels_;
};

// The peak of `count` outputs of each phase; reads count + kTaps - 1 samples.
PAIRALIGN_MULTIVERSION
float interpolated_peak(const float* samples, std::size_t count) {
  float peaks[kTruePeakSpan] = {};
  for (std::size_t n = 0; n < 2 * std::size(kPhase); ++n) {
    const float* phase = kPhase[n / 2];
    float values[kTruePeakSpan] = {};
    for (std::size_t tap = 0; tap < kTaps; ++tap) {
      const float weight = phase[n % 2 == 0 ? tap : kTaps - 1 - tap];
      for (std::size_t i = 0; i < count; ++i)
        values[i] += weight * samples[i + tap];
    }
    for (std::size_t i = 0; i < count; ++i) {
      const float size = std::fabs(values[i]);
      peaks[i] = size > peaks[i] ? size : peaks[i];
    }
  }
  return *std::max_element(peaks, peaks + count);
}

class TruePeakMeter : public Meter {
 public:
  explicit TruePeakMeter(int channels)
      : before_(static_cast<std::size_t>(channels), std::vector<float>(kTaps - 1, 0.0F)),
        span_(kTaps - 1 + kTruePeakSpan) {}

  void add(const Block& block) override {
    for (std::size_t c = 0; c < before_.size(); ++c)
      add(block.channels[c], before_[c]);
  }

  void finish(AudioFigures& figures) override { figures.true_peak = power_db(peak_ * peak_); }

 private:
  void add(Span<const float> samples, std::vector<float>& before) {
    for (std::size_t begin = 0; begin < samples.size(); begin += kTruePeakSpan) {
      const std::size_t count = std::min(kTruePeakSpan, samples.size() - begin);
      std::copy(before.begin(), before.end(), span_.begin());
      std::copy_n(samples.data() + begin, count, span_.begin() + kTaps - 1);
      const float peak = peak_of(span_.data(), count + kTaps - 1);
      peak_ = std::max<double>(peak_, peak);
      if (kMaxGain * peak > peak_) {
        peak_ = std::max<double>(peak_, interpolated_peak(span_.data(), count));
      }
      std::copy_n(span_.data() + count, kTaps - 1, before.begin());
    }
  }

  double peak_ = 0;
  std::vector<std::vector<float>> before_;  // the last samples of each channel
  std::vector<float> span_;
};

}  // namespace

double power_db(double power) {
  return power > 1e-20 ? 10 * std::log10(power) : -200;
}

std::unique_ptr<Meter> level_meter(const SourceInfo& source) {
  return std::make_unique<LevelMeter>(source);
}

std::unique_ptr<Meter> true_peak_meter(const SourceInfo& source) {
  return std::make_unique<TruePeakMeter>(source.channels);
}

std::unique_ptr<Meter> silence_meter(const SourceInfo& source) {
  return std::make_unique<SilenceMeter>(source);
}

}  // namespace pairalign::stats

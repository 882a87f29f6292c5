#include <algorithm>
#include <cmath>
#include <cstddef>

#include "base/error.hpp"
#include "stats/audio/bandwidth.hpp"
#include "stats/audio/block.hpp"
#include "stats/audio/channels.hpp"
#include "stats/audio/figures.hpp"
#include "stats/audio/levels.hpp"
#include "stats/audio/loudness.hpp"
#include "stats/audio/silence.hpp"
#include "stats/audio/spectra.hpp"
#include "stats/audio/speech.hpp"
#include "stats/audio/true_peak.hpp"

namespace pairalign::stats {
namespace {

constexpr std::size_t kBlockFrames = 8192;
constexpr float kLoudest = 1e5F;  // +100 dB: anything louder is damage, and would overflow

/// Every measurement that looks at samples.
class Meters {
 public:
  explicit Meters(const SourceInfo& source)
      : source_(source),
        levels_(source.channels, source.sample_rate, source.bits),
        channels_(source.channels),
        loudness_(source.channels, source.sample_rate),
        true_peak_(source.channels),
        frames_(source.channels, source.sample_rate),
        bandwidth_(frames_.bins(), frames_.bin_width(), source.bits),
        speech_(frames_.bins(), frames_.bin_width()),
        silence_(source.channels, source.sample_rate) {}

  void add(const Block& block) {
    levels_.add(block);
    channels_.add(block);
    loudness_.add(block);
    true_peak_.add(block);
    silence_.add(block);
    frames_.add(block, [this](Span<const float> power) {
      bandwidth_.add(power);
      speech_.add(power);
    });
  }

  void count_not_finite(std::int64_t samples) { levels_.count_not_finite(samples); }

  void finish(AudioFigures& figures) {
    silence_.finish();
    const auto frames = static_cast<double>(levels_.frames());
    figures.seconds = frames / source_.sample_rate;
    figures.not_finite = static_cast<double>(levels_.not_finite());
    if (frames == 0) return;
    figures.rms = power_db(levels_.power());
    figures.loudness = loudness_.integrated();
    figures.peak = amplitude_db(levels_.peak());
    figures.true_peak = amplitude_db(true_peak_.peak());
    figures.clipped = static_cast<double>(levels_.clipped());
    figures.offset = levels_.offset();
    figures.bandwidth = bandwidth_.bandwidth();
    figures.silence = silence_.silence();
    figures.speech = speech_.speech();
    figures.snr = speech_.snr();
    figures.lead = std::min(silence_.leading(), *figures.seconds);
    figures.trail = std::min(silence_.trailing(), *figures.seconds);
    figures.zeros = static_cast<double>(levels_.zero_frames()) / frames;
    figures.identical = channels_.identical();
    figures.inverted = channels_.inverted();
    figures.zero_channels = levels_.zero_channels();
  }

 private:
  SourceInfo source_;
  LevelMeter levels_;
  ChannelMeter channels_;
  LoudnessMeter loudness_;
  TruePeakMeter true_peak_;
  SpectrumFrames frames_;
  BandwidthMeter bandwidth_;
  SpeechMeter speech_;
  SilenceMeter silence_;
};

// Makes samples finite; returns how many were not.
std::int64_t make_finite(Span<float> samples) {
  std::int64_t changed = 0;
  for (float& value : samples) {
    if (std::fabs(value) <= kLoudest) continue;
    changed += !std::isfinite(value);
    value = std::isfinite(value) ? std::clamp(value, -kLoudest, kLoudest) : 0.0F;
  }
  return changed;
}

// A block of frames, interleaved and as separate channels.
class BlockBuffer {
 public:
  explicit BlockBuffer(int channels)
      : channels_(static_cast<std::size_t>(channels)),
        interleaved_(kBlockFrames * channels_),
        apart_(channels_ > 1 ? interleaved_.size() : 0) {}

  Span<float> room() { return interleaved_; }

  Block block(std::size_t frames) {
    Block block;
    block.interleaved = {interleaved_.data(), frames * channels_};
    if (channels_ == 1) {
      block.channels.push_back(block.interleaved);
      return block;
    }
    for (std::size_t c = 0; c < channels_; ++c) {
      float* row = apart_.data() + c * kBlockFrames;
      for (std::size_t i = 0; i < frames; ++i)
        row[i] = interleaved_[i * channels_ + c];
      block.channels.emplace_back(row, frames);
    }
    return block;
  }

 private:
  std::size_t channels_;
  std::vector<float> interleaved_;
  std::vector<float> apart_;
};

}  // namespace

AudioFigures read_header(const FrameSource& source) {
  AudioFigures figures;
  figures.source = source.info();
  if (figures.source.frames >= 0) {
    figures.header_seconds =
        static_cast<double>(figures.source.frames) / figures.source.sample_rate;
  }
  figures.seconds = figures.header_seconds;
  return figures;
}

AudioFigures measure(FrameSource source) {
  AudioFigures figures = read_header(source);
  Meters meters(figures.source);
  BlockBuffer buffer(figures.source.channels);
  try {
    while (const std::size_t frames = source.read(buffer.room())) {
      const Span<float> samples =
          buffer.room().subspan(0, frames * static_cast<std::size_t>(figures.source.channels));
      meters.count_not_finite(make_finite(samples));
      meters.add(buffer.block(frames));
    }
  } catch (const Error& error) {
    figures.fault = error.reason();
  }
  meters.finish(figures);
  return figures;
}

}  // namespace pairalign::stats

// Measurements on samples. A meter takes a recording block by block, then writes its figures.
#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "audio/fft.hpp"
#include "base/span.hpp"
#include "stats/audio/figures.hpp"

namespace pairalign::stats {

/// Consecutive frames of a recording at its own rate and with its own channels: a sample is a
/// float, full scale ±1, and always finite. Any number of frames; a measurement gives the same
/// value however a recording is cut into blocks.
struct Block {
  Span<const float> interleaved;
  std::vector<Span<const float>> channels;  ///< the same samples, a row per channel

  std::size_t frames() const { return channels.empty() ? 0 : channels.front().size(); }
};

/// A power in dB; -200 for 0.
double power_db(double power);

/// Single samples: level, peak, clipping, offset, digital silence, and how the channels are
/// related.
///
/// Clipped samples are those in runs of three or more at full scale, of one sign: one or two may
/// reach it without clipping. Digital silence is runs of at least 20 ms in which all samples are
/// exactly 0: shorter ones occur in faint sound. Identical channels equal the first one, sample by
/// sample, and are not silent. Inverted ones have a correlation of at most -0.95 with the first,
/// which allows for lossy codecs: mixed down to mono, such a recording cancels itself.
class LevelMeter {
 public:
  /// Full scale is the greatest value of a sample. With more than 16 bits, or none, that of 16 is
  /// used: what clipped at 16 bits is often stored with more.
  explicit LevelMeter(const SourceInfo& source);

  void add(const Block& block);
  void finish(AudioFigures& figures) const;

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

  void count_clipped(Span<const float> samples, Channel& channel) const;
  void count_zeros(const Block& block);

  std::vector<Channel> channels_;
  float full_scale_;
  std::int64_t least_zeros_;
  std::int64_t frames_ = 0;
  std::int64_t zero_frames_ = 0;  // of finished runs
  std::int64_t zero_run_ = 0;     // of the current run
};

/// Silence, at the ends and in total. Works on spans of 10 ms. A span is silent if its level is
/// below -60 dBFS, or within 6 dB of the level that a tenth of the spans lie below (the noise in
/// the pauses) and at least 20 dB below the loudest span: so pauses count as silence in noise too,
/// and steady sound does not.
class SilenceMeter {
 public:
  explicit SilenceMeter(const SourceInfo& source);

  void add(const Block& block);
  void finish(AudioFigures& figures);

 private:
  // Spans of one level in dB; the indices of the first and the last.
  struct Level {
    std::int64_t spans = 0;
    std::int64_t first = 0;
    std::int64_t last = 0;
  };

  void end_span();
  std::size_t lowest_audible() const;

  double span_seconds_;
  std::size_t span_frames_;
  int channels_;
  double power_ = 0;        // of the current span, summed
  std::size_t filled_ = 0;  // frames of it
  std::int64_t spans_ = 0;
  std::vector<Level> levels_;
};

/// The peak of the reconstructed signal, at four times the sampling rate, by the interpolator of
/// ITU-R BS.1770-4, annex 2 (within 0.6 dB of the true peak for content below 0.9 of half the
/// rate). libebur128 measures the same at 27 ns per sample, half of all the time allowed for
/// measuring a recording; this one skips spans whose samples are too small to exceed the peak found
/// so far.
class TruePeakMeter {
 public:
  explicit TruePeakMeter(int channels);

  void add(const Block& block);
  void finish(AudioFigures& figures) const;

 private:
  void add(Span<const float> samples, std::vector<float>& before);

  double peak_ = 0;
  std::vector<std::vector<float>> before_;  // the last samples of each channel
  std::vector<float> span_;
};

/// Cuts a recording into frames of about 32 ms, without overlap, under a Hann window, and gives the
/// power spectrum of each, averaged over the channels: mixed down first, channels could cancel. An
/// incomplete frame at the end is ignored.
class SpectrumFrames {
 public:
  explicit SpectrumFrames(const SourceInfo& source);

  double bin_width() const { return bin_width_; }  ///< Hz
  std::size_t bins() const { return power_.size(); }

  /// Calls `take` with the spectrum of each complete frame: power per bin, such that white noise of
  /// power 1 has 1 / (bins - 1) in each and the bins sum to the power of the frame.
  void add(const Block& block, const std::function<void(Span<const float>)>& take);

 private:
  void add_spectrum(Span<const float> samples);

  std::size_t points_;
  double bin_width_;
  audio::RealFft fft_;
  std::vector<float> window_;                // scaled so that bins are powers
  std::vector<std::vector<float>> pending_;  // of the incomplete frame, by channel
  std::vector<float> windowed_;
  std::vector<std::complex<float>> spectrum_;
  std::vector<float> power_;
};

/// Of the mean power spectrum, the highest frequency at which it is within 60 dB of its maximum and
/// above the rounding noise of the sample format: a telephone recording in a 48 kHz file has about
/// 3,400 Hz, not 24,000. 60 dB, because speech itself falls by 40 to 50 dB towards 8 kHz, and
/// resamplers and codecs cut by more than 80. The window makes a steep edge appear up to 250 Hz too
/// high.
class BandwidthMeter {
 public:
  /// `bits` per sample, 0 if the codec has none.
  BandwidthMeter(const SpectrumFrames& frames, int bits);

  /// The power spectrum of a frame.
  void add(Span<const float> power);
  void finish(AudioFigures& figures) const;

 private:
  double bin_width_;
  double rounding_noise_;  // power per bin
  std::vector<double> sums_;
  std::size_t frames_ = 0;
};

/// How much of a recording is speech, and how far it is above the noise.
///
/// Noise by quantiles (Stahl, Fischer and Bippus, ICASSP 2000): in each of 24 bands between 100 Hz
/// and 8 kHz, the level that a fifth of the frames lie below is noise, since even speech without
/// pauses leaves each band free for that share of the time; the mean noise power follows from that
/// quantile, as the power has a chi-square distribution. Frames whose power between 300 and 3,400
/// Hz is 6 dB above the noise there are speech. The signal-to-noise ratio, from -20 to 100 dB, is
/// the mean power of these frames, less that of the noise, over that of the noise.
///
/// Anything steady is noise, even a tone held for the whole recording. Music is mostly speech.
class SpeechMeter {
 public:
  explicit SpeechMeter(const SpectrumFrames& frames);

  /// The power spectrum of a frame.
  void add(Span<const float> power);
  void finish(AudioFigures& figures) const;

 private:
  struct Band {
    std::size_t begin, end;                // bins
    bool telephone;                        // within 300 .. 3,400 Hz
    std::vector<std::uint32_t> histogram;  // of levels
  };
  // Frames of one level between 300 and 3,400 Hz.
  struct Level {
    std::uint64_t frames = 0;
    double telephone_power = 0;
    double power = 0;
  };

  Level noise() const;

  std::vector<Band> bands_;
  std::vector<Level> levels_;
  std::uint64_t frames_ = 0;
};

}  // namespace pairalign::stats

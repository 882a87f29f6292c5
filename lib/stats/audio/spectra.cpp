#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdint>

#include "audio/fft.hpp"
#include "stats/audio/meters.hpp"

namespace pairalign::stats {
namespace {

constexpr double kFrameSeconds = 0.032;
constexpr double kPi = 3.14159265358979323846;

// Of the bandwidth.
constexpr double kRange = 1e-6;      // 60 dB
constexpr double kMinPower = 1e-14;  // rounding noise of floats
constexpr double kAboveNoise = 4;    // 6 dB
constexpr double kLowest = 60;       // Hz: below, hum and offset may make up the whole maximum

// Of speech and noise.
constexpr std::size_t kBands = 24;
constexpr std::size_t kLevels = 380;  // in steps of kLevelStep, from kLowestLevel
constexpr double kLowestBand = 100, kHighestBand = 8000;      // Hz
constexpr double kTelephoneLow = 300, kTelephoneHigh = 3400;  // Hz
constexpr double kQuantile = 0.2;
constexpr double kQuantileNormal = -0.8416;  // of the standard normal distribution
constexpr double kLowestLevel = -150;        // dB
constexpr double kLevelStep = 0.5;           // dB
constexpr double kSpeechRatio = 4;           // 6 dB
constexpr double kMinSpeech = 1e-7;          // -70 dBFS: nothing below is speech
constexpr double kMinSnr = -20, kMaxSnr = 100;

// Of the mean power spectrum, the highest frequency at which it is within 60 dB of its maximum and
// above the rounding noise of the sample format: a telephone recording in a 48 kHz file has about
// 3,400 Hz, not 24,000. 60 dB, because speech itself falls by 40 to 50 dB towards 8 kHz, and
// resamplers and codecs cut by more than 80. The window makes a steep edge appear up to 250 Hz too
// high.
class Bandwidth {
 public:
  // `bits` per sample, 0 if the codec has none.
  Bandwidth(double bin_width, std::size_t bins, int bits) : bin_width_(bin_width), sums_(bins, 0) {
    // A step of 2 / 2^bits has a rounding noise of step² / 12, or three times that with dither.
    const double step = bits == 0 ? 0 : std::pow(2.0, 1 - bits);
    rounding_noise_ = step * step / 4 / static_cast<double>(bins - 1);
  }

  void add(const std::vector<float>& power) {
    for (std::size_t k = 0; k < sums_.size(); ++k)
      sums_[k] += power[k];
    ++frames_;
  }

  void finish(AudioFigures& figures) const {
    if (frames_ == 0) return;
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
      figures.bandwidth = static_cast<double>(all ? k + 1 : k) * bin_width_;
      return;
    }
  }

 private:
  double bin_width_;
  double rounding_noise_;  // power per bin
  std::vector<double> sums_;
  std::size_t frames_ = 0;
};

double mel(double hz) {
  return 1127 * std::log1p(hz / 700);
}
double from_mel(double mel) {
  return 700 * std::expm1(mel / 1127);
}

// The quantile of a band's power relative to its mean, by Wilson and Hilferty's approximation of
// chi-square. Bins under a Hann window are not independent: 1.5 of them count as one.
double quantile_of_mean(std::size_t bins) {
  const double freedom = std::max(2.0, 2 * static_cast<double>(bins) / 1.5);
  const double spread = 2 / (9 * freedom);
  const double root = 1 - spread + kQuantileNormal * std::sqrt(spread);
  return root * root * root;
}

std::size_t level_of(double power) {
  const double step = (power_db(power) - kLowestLevel) / kLevelStep;
  return static_cast<std::size_t>(std::clamp(step, 0.0, static_cast<double>(kLevels - 1)));
}

// How much of a recording is speech, and how far it is above the noise.
//
// Noise by quantiles (Stahl, Fischer and Bippus, ICASSP 2000): in each of 24 bands between 100 Hz
// and 8 kHz, the level that a fifth of the frames lie below is noise, since even speech without
// pauses leaves each band free for that share of the time; the mean noise power follows from that
// quantile, as the power has a chi-square distribution. Frames whose power between 300 and 3,400
// Hz is 6 dB above the noise there are speech. The signal-to-noise ratio, from -20 to 100 dB, is
// the mean power of these frames, less that of the noise, over that of the noise.
//
// Anything steady is noise, even a tone held for the whole recording. Music is mostly speech.
class Speech {
 public:
  Speech(double bin_width, std::size_t bins) : levels_(kLevels) {
    const double top = std::min(kHighestBand, bin_width * static_cast<double>(bins - 1) * 0.95);
    auto begin = static_cast<std::size_t>(std::ceil(kLowestBand / bin_width));
    for (std::size_t i = 1; i <= kBands; ++i) {
      const double part = static_cast<double>(i) / kBands;
      const double edge = from_mel(mel(kLowestBand) + part * (mel(top) - mel(kLowestBand)));
      const auto end = std::min(bins, static_cast<std::size_t>(std::floor(edge / bin_width)));
      if (end <= begin) continue;
      const double middle = bin_width * static_cast<double>(begin + end - 1) / 2;
      const bool telephone = middle >= kTelephoneLow && middle <= kTelephoneHigh;
      bands_.push_back({begin, end, telephone, std::vector<std::uint32_t>(kLevels, 0)});
      begin = end;
    }
  }

  void add(const std::vector<float>& power) {
    double all = 0, telephone = 0;
    for (Band& band : bands_) {
      double sum = 0;
      for (std::size_t k = band.begin; k < band.end; ++k)
        sum += power[k];
      ++band.histogram[level_of(sum)];
      all += sum;
      if (band.telephone) telephone += sum;
    }
    Level& level = levels_[level_of(telephone)];
    ++level.frames;
    level.power += all;
    level.telephone_power += telephone;
    ++frames_;
  }

  void finish(AudioFigures& figures) const {
    if (frames_ == 0) return;
    const Level noise = this->noise();
    const double least = std::max(kSpeechRatio * noise.telephone_power, kMinSpeech);
    Level speech;
    for (const Level& level : levels_) {
      if (level.frames == 0) continue;
      if (level.telephone_power < least * static_cast<double>(level.frames)) continue;
      speech.frames += level.frames;
      speech.power += level.power;
    }
    figures.speech = static_cast<double>(speech.frames) / static_cast<double>(frames_);
    if (speech.frames == 0) return;
    const double mean = speech.power / static_cast<double>(speech.frames);
    const double ratio = std::max(mean - noise.power, 0.0) / noise.power;
    figures.snr = std::clamp(power_db(ratio), kMinSnr, kMaxSnr);
  }

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

  // The mean power of the noise.
  Level noise() const {
    Level noise;
    for (const Band& band : bands_) {
      const double wanted = kQuantile * static_cast<double>(frames_);
      double seen = 0;
      std::size_t cell = 0;
      while (cell + 1 < kLevels && seen + band.histogram[cell] < wanted)
        seen += band.histogram[cell++];
      const double within = band.histogram[cell] > 0 ? (wanted - seen) / band.histogram[cell] : 0.5;
      const double level = kLowestLevel + kLevelStep * (static_cast<double>(cell) + within);
      const double power = std::pow(10, level / 10) / quantile_of_mean(band.end - band.begin);
      noise.power += power;
      if (band.telephone) noise.telephone_power += power;
    }
    return noise;
  }

  std::vector<Band> bands_;
  std::vector<Level> levels_;
  std::uint64_t frames_ = 0;
};

// Even, and half of it a product of 2, 3 and 5, for which kissfft is fast.
std::size_t fast_size(double points) {
  for (std::size_t half = std::max(8L, std::lround(points / 2));; ++half) {
    std::size_t rest = half;
    for (const std::size_t factor : {2, 3, 5}) {
      while (rest % factor == 0)
        rest /= factor;
    }
    if (rest == 1) return 2 * half;
  }
}

// Cuts a recording into frames of about 32 ms, without overlap, under a Hann window, and takes the
// power spectrum of each, averaged over the channels: mixed down first, channels could cancel. An
// incomplete frame at the end is ignored.
class SpectrumMeter : public Meter {
 public:
  explicit SpectrumMeter(const SourceInfo& source)
      : points_(fast_size(source.sample_rate * kFrameSeconds)),
        fft_(static_cast<int>(points_)),
        window_(points_),
        pending_(static_cast<std::size_t>(source.channels)),
        windowed_(points_),
        spectrum_(points_ / 2 + 1),
        power_(points_ / 2 + 1),
        bandwidth_(source.sample_rate / static_cast<double>(points_), power_.size(), source.bits),
        speech_(source.sample_rate / static_cast<double>(points_), power_.size()) {
    const auto points = static_cast<double>(points_);
    double energy = 0;
    for (std::size_t i = 0; i < points_; ++i) {
      const double phase = 2 * kPi * (static_cast<double>(i) + 0.5) / points;
      window_[i] = static_cast<float>(0.5 - 0.5 * std::cos(phase));
      energy += static_cast<double>(window_[i]) * window_[i];
    }
    // A one-sided bin stands for two: Σ |X|² · 2 / (points · energy of the window) is the power.
    const double scale = std::sqrt(2 / (points * energy * source.channels));
    for (float& value : window_)
      value = static_cast<float>(value * scale);
  }

  void add(const Block& block) override {
    for (std::size_t begin = 0; begin < block.frames();) {
      const std::size_t waiting = pending_.front().size();
      const std::size_t count = std::min(points_ - waiting, block.frames() - begin);
      const bool complete = waiting + count == points_;
      if (complete) std::fill(power_.begin(), power_.end(), 0.0F);
      for (std::size_t c = 0; c < pending_.size(); ++c) {
        const float* samples = block.channels[c].data() + begin;
        if (complete && waiting == 0) {
          add_spectrum(samples);
          continue;
        }
        pending_[c].insert(pending_[c].end(), samples, samples + count);
        if (!complete) continue;
        add_spectrum(pending_[c].data());
        pending_[c].clear();
      }
      begin += count;
      if (!complete) continue;
      bandwidth_.add(power_);
      speech_.add(power_);
    }
  }

  void finish(AudioFigures& figures) override {
    bandwidth_.finish(figures);
    speech_.finish(figures);
  }

 private:
  // Of a complete frame of one channel.
  void add_spectrum(const float* samples) {
    for (std::size_t i = 0; i < window_.size(); ++i)
      windowed_[i] = samples[i] * window_[i];
    fft_.forward(windowed_.data(), spectrum_.data());
    for (std::size_t k = 0; k < power_.size(); ++k) {
      const float re = spectrum_[k].real(), im = spectrum_[k].imag();
      power_[k] += re * re + im * im;
    }
  }

  std::size_t points_;
  audio::RealFft fft_;
  std::vector<float> window_;                // scaled so that bins are powers
  std::vector<std::vector<float>> pending_;  // of the incomplete frame, by channel
  std::vector<float> windowed_;
  std::vector<std::complex<float>> spectrum_;
  // Per bin, such that white noise of power 1 has 1 / (bins - 1) in each and the bins sum to the
  // power of the frame.
  std::vector<float> power_;
  Bandwidth bandwidth_;
  Speech speech_;
};

}  // namespace

std::unique_ptr<Meter> spectrum_meter(const SourceInfo& source) {
  return std::make_unique<SpectrumMeter>(source);
}

}  // namespace pairalign::stats

#include <algorithm>
#include <cmath>

#include "stats/audio/meters.hpp"

namespace pairalign::stats {
namespace {

constexpr std::size_t kBands = 24;
constexpr std::size_t kLevels = 380;              // in steps of kLevelStep, from kLowestLevel
constexpr double kLowest = 100, kHighest = 8000;  // Hz
constexpr double kTelephoneLow = 300, kTelephoneHigh = 3400;  // Hz
constexpr double kQuantile = 0.2;
constexpr double kQuantileNormal = -0.8416;  // of the standard normal distribution
constexpr double kLowestLevel = -150;        // dB
constexpr double kLevelStep = 0.5;           // dB
constexpr double kSpeechRatio = 4;           // 6 dB
constexpr double kMinSpeech = 1e-7;          // -70 dBFS: nothing below is speech
constexpr double kMinSnr = -20, kMaxSnr = 100;

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

}  // namespace

SpeechMeter::SpeechMeter(const SpectrumFrames& frames) : levels_(kLevels) {
  const double width = frames.bin_width();
  const double top = std::min(kHighest, width * static_cast<double>(frames.bins() - 1) * 0.95);
  auto begin = static_cast<std::size_t>(std::ceil(kLowest / width));
  for (std::size_t i = 1; i <= kBands; ++i) {
    const double part = static_cast<double>(i) / kBands;
    const double edge = from_mel(mel(kLowest) + part * (mel(top) - mel(kLowest)));
    const auto end = std::min(frames.bins(), static_cast<std::size_t>(std::floor(edge / width)));
    if (end <= begin) continue;
    const double middle = width * static_cast<double>(begin + end - 1) / 2;
    const bool telephone = middle >= kTelephoneLow && middle <= kTelephoneHigh;
    bands_.push_back({begin, end, telephone, std::vector<std::uint32_t>(kLevels, 0)});
    begin = end;
  }
}

void SpeechMeter::add(Span<const float> power) {
  double all = 0, telephone = 0;
  for (Band& band : bands_) {
    double sum = 0;
    for (std::size_t k = band.begin; k < band.end; ++k)
      sum += power.data()[k];
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

// The mean power of the noise.
SpeechMeter::Level SpeechMeter::noise() const {
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

void SpeechMeter::finish(AudioFigures& figures) const {
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

}  // namespace pairalign::stats

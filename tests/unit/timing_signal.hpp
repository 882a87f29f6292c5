// A made signal whose sounds begin at known moments, to measure the times of tokens with: vowels,
// hisses, bursts and pauses in turn, as different from their neighbours as the sounds of speech.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "audio/decoder.hpp"
#include "audio_signals.hpp"
#include "base/random.hpp"

namespace pairalign::test {

struct TimingSignal {
  std::vector<float> pcm;
  std::vector<double> onsets_s;  ///< of every sound and pause but the first, ascending
};

/// The shortest and the longest sound, seconds.
inline constexpr double kShortestSound = 0.06, kLongestSound = 0.25;

/// Two-pole resonator: y_t = x_t + 2 r cos(2πf) y_{t−1} − r² y_{t−2}, with r from the bandwidth.
/// In place.
inline void resonate(double hz, double bandwidth_hz, std::vector<float>& x) {
  const double r = std::exp(-kPi * bandwidth_hz / audio::kSampleRate);
  const double a = 2 * r * std::cos(2 * kPi * hz / audio::kSampleRate), b = -r * r;
  double y1 = 0, y2 = 0;
  for (float& value : x) {
    const double y = value + a * y1 + b * y2;
    y2 = y1;
    y1 = y;
    value = static_cast<float>(y);
  }
}

/// A pulse train through three formants.
inline std::vector<float> vowel(const std::array<double, 3>& formants_hz, double pitch_hz,
                                std::size_t size) {
  std::vector<float> pcm(size);
  for (double t = 0; t < static_cast<double>(size); t += audio::kSampleRate / pitch_hz)
    pcm[static_cast<std::size_t>(t)] = 1;
  const std::array<double, 3> bandwidths = {80, 100, 140};
  for (std::size_t i = 0; i < formants_hz.size(); ++i)
    resonate(formants_hz[i], bandwidths[i], pcm);
  return pcm;
}

/// Noise about one frequency; with `decay_s` it dies away as that of a plosive does.
inline std::vector<float> hiss(double hz, double decay_s, std::size_t size, Random& random) {
  std::vector<float> pcm = noise(size, random.next());
  resonate(hz, 1000, pcm);
  for (std::size_t i = 0; decay_s > 0 && i < size; ++i) {
    const double t = static_cast<double>(i) / audio::kSampleRate;
    pcm[i] *= static_cast<float>(std::exp(-t / decay_s));
  }
  return pcm;
}

/// Brings a sound to a level and rounds its two edges over 4 ms, so that they do not click.
inline void shape(double level, std::vector<float>& pcm) {
  double energy = 0;
  for (const float value : pcm)
    energy += double{value} * value;
  const double gain = level / std::sqrt(energy / static_cast<double>(pcm.size()));
  const double edge = 0.004 * audio::kSampleRate;
  for (std::size_t i = 0; i < pcm.size(); ++i) {
    const auto nearest_end = static_cast<double>(std::min(i, pcm.size() - 1 - i));
    const double rounded = 0.5 - 0.5 * std::cos(kPi * std::min(1.0, nearest_end / edge));
    pcm[i] = static_cast<float>(gain * rounded * pcm[i]);
  }
}

/// One of the sounds below `kSounds`; the last is the pause.
inline constexpr std::uint64_t kSounds = 12;
inline std::vector<float> make_sound(std::uint64_t which, double pitch_hz, std::size_t size,
                                     Random& random) {
  static constexpr std::array<std::array<double, 3>, 6> kFormants = {{{730, 1090, 2440},
                                                                      {270, 2290, 3010},
                                                                      {300, 870, 2240},
                                                                      {530, 1840, 2480},
                                                                      {570, 840, 2410},
                                                                      {660, 1720, 2410}}};
  static constexpr std::array<double, 3> kHisses = {6000, 3000, 1500};
  std::vector<float> pcm;
  double level = 0.05;
  if (which < 6) {
    pcm = vowel(kFormants[which], pitch_hz, size);
    level = 0.1;
  } else if (which < 9) {
    pcm = hiss(kHisses[which - 6], 0, size, random);
  } else if (which < 11) {
    pcm = hiss(which == 9 ? 4000 : 1200, 0.015, size, random);
  } else {
    pcm = noise(size, random.next());
    level = 2e-4;
  }
  shape(level, pcm);
  return pcm;
}

/// `seconds` of sounds, none twice in a row; formants are those of Peterson and Barney (1952).
inline TimingSignal make_timing_signal(double seconds, std::uint64_t seed) {
  TimingSignal signal;
  Random random(seed);
  const auto wanted = static_cast<std::size_t>(seconds * audio::kSampleRate);
  std::uint64_t which = kSounds - 1;
  double pitch_hz = 120;
  while (signal.pcm.size() < wanted) {
    const double length = random.uniform(kShortestSound, kLongestSound);
    const std::vector<float> sound =
        make_sound(which, pitch_hz, static_cast<std::size_t>(length * audio::kSampleRate), random);
    if (!signal.pcm.empty()) {
      signal.onsets_s.push_back(static_cast<double>(signal.pcm.size()) / audio::kSampleRate);
    }
    signal.pcm.insert(signal.pcm.end(), sound.begin(), sound.end());
    which = (which + 1 + random.below(kSounds - 1)) % kSounds;
    pitch_hz = std::clamp(pitch_hz * random.uniform(0.9, 1.1), 90.0, 220.0);
  }
  return signal;
}

}  // namespace pairalign::test

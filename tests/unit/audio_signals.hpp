// Signals with known content for the audio tests.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "audio/decoder.hpp"
#include "base/random.hpp"

namespace pairalign::test {

inline constexpr double kPi = 3.14159265358979323846;

inline std::vector<float> noise(std::size_t size, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> pcm(size);
  for (float& value : pcm)
    value = static_cast<float>(0.2 * random.normal());
  return pcm;
}

inline std::vector<float> tone(double hz, std::size_t size) {
  std::vector<float> pcm(size);
  for (std::size_t i = 0; i < size; ++i) {
    pcm[i] = static_cast<float>(
        0.5 * std::sin(2 * kPi * hz * static_cast<double>(i) / audio::kSampleRate));
  }
  return pcm;
}

}  // namespace pairalign::test

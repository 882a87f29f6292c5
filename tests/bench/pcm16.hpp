// Samples as bytes that any program takes for audio.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>

#include "base/span.hpp"

namespace pairalign {

/// Headerless 16-bit little-endian PCM; what is beyond full scale is clipped.
inline std::string to_pcm16(Span<const float> pcm) {
  std::string bytes;
  bytes.reserve(2 * pcm.size());
  for (const float value : pcm) {
    const auto sample =
        static_cast<std::int16_t>(std::lround(std::clamp(value * 32768.0F, -32768.0F, 32767.0F)));
    const auto bits = static_cast<std::uint16_t>(sample);
    bytes.push_back(static_cast<char>(bits & 0xff));
    bytes.push_back(static_cast<char>(bits >> 8));
  }
  return bytes;
}

}  // namespace pairalign

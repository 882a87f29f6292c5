// Elementary functions written so that a loop over them vectorises.
#pragma once

#include <cstdint>
#include <cstring>

namespace pairalign::nn {

/// e^x to about 2 units in the last place. The argument is clamped to [−87, 88] (e^−87 ≈ 1e−38);
/// NaN stays NaN. Range reduction by magic-number rounding, with the polynomial of Cephes.
inline __attribute__((always_inline)) float fast_exp(float x) {
  constexpr float kLog2E = 1.44269504088896341F;
  constexpr float kLn2High = 0.693359375F, kLn2Low = -2.12194440e-4F;
  constexpr float kMagic = 12582912.0F;  // 1.5 · 2^23: adding it rounds to an integer
  const float clamped = x < -87.0F ? -87.0F : (x > 88.0F ? 88.0F : x);
  const float shifted = clamped * kLog2E + kMagic;
  std::int32_t exponent;
  std::memcpy(&exponent, &shifted, sizeof exponent);
  // The integer is read from the bits rather than by subtracting kMagic again: a compiler that is
  // allowed to reassociate would cancel the two.
  const std::int32_t n = exponent - 0x4b400000;
  const float fn = static_cast<float>(n);
  const float r = (clamped - fn * kLn2High) - fn * kLn2Low;
  float p = 1.9875691500e-4F;
  p = p * r + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  const float y = p * r * r + r + 1.0F;
  const std::uint32_t scale_bits = static_cast<std::uint32_t>(n + 127) << 23;
  float scale;
  std::memcpy(&scale, &scale_bits, sizeof scale);
  return y * scale;
}

}  // namespace pairalign::nn

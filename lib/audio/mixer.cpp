#include "audio/mixer.hpp"

#include <algorithm>
#include <cmath>

namespace pairalign::audio {
namespace {

constexpr float kMaxSample = 1e5F;
// Of the energy before the last block, what still counts.
constexpr double kMemory = 0.98;
// The mean of two equal channels keeps all of their energy, that of two unrelated ones half; less
// than this is cancellation, and more than twice this the end of it.
constexpr double kCancelled = 0.1;
constexpr double kMuchLouder = 10;

float sane(float value) {
  return std::isfinite(value) ? std::clamp(value, -kMaxSample, kMaxSample) : 0;
}

}  // namespace

Mixer::Mixer(int channels, int channel)
    : channels_(static_cast<std::size_t>(channels)),
      channel_(channel),
      weight_(1.0F / static_cast<float>(channels)),
      signs_(channels_, 1.0F),
      energy_(channels_),
      product_(channels_) {}

void Mixer::mix(const float* interleaved, std::size_t frames, float* mono) {
  if (channel_ > 0) {
    for (std::size_t i = 0; i < frames; ++i)
      mono[i] = sane(interleaved[i * channels_ + static_cast<std::size_t>(channel_ - 1)]);
    return;
  }
  if (channels_ > 1) look_for_inverted(interleaved, frames);
  for (std::size_t i = 0; i < frames; ++i) {
    float sum = 0;
    for (std::size_t c = 0; c < channels_; ++c)
      sum += signs_[c] * sane(*interleaved++);
    mono[i] = sum * weight_;
  }
}

// With energies a and b of two channels and p of their product, their mean has (a + 2 p + b) / 4.
void Mixer::look_for_inverted(const float* interleaved, std::size_t frames) {
  for (std::size_t c = 0; c < channels_; ++c) {
    energy_[c] *= kMemory;
    product_[c] *= kMemory;
  }
  for (std::size_t i = 0; i < frames; ++i, interleaved += channels_) {
    const double reference = sane(interleaved[reference_]);
    for (std::size_t c = 0; c < channels_; ++c) {
      const double value = sane(interleaved[c]);
      energy_[c] += value * value;
      product_[c] += value * reference;
    }
  }
  for (std::size_t c = 0; c < channels_; ++c) {
    const double sum = energy_[c] + energy_[reference_];
    const double kept = (sum + 2 * product_[c]) / (2 * sum);  // NaN in silence: all stays as it is
    if (kept < kCancelled) signs_[c] = -signs_[reference_];
    if (kept > 2 * kCancelled) signs_[c] = signs_[reference_];
    has_inverted_ = has_inverted_ || signs_[c] < 0;
  }
  choose_reference();
}

// One that is much louder than the one before: a channel without sound tells nothing.
void Mixer::choose_reference() {
  const auto loudest =
      static_cast<std::size_t>(std::max_element(energy_.begin(), energy_.end()) - energy_.begin());
  if (energy_[loudest] <= kMuchLouder * energy_[reference_]) return;
  reference_ = loudest;
  std::fill(energy_.begin(), energy_.end(), 0.0);
  std::fill(product_.begin(), product_.end(), 0.0);
}

}  // namespace pairalign::audio

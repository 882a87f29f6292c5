#include "audio/mixer.hpp"

#include <algorithm>
#include <cmath>

namespace pairalign::audio {
namespace {

constexpr float kMaxSample = 1e5F;
// Weight of the energy before the current block.
constexpr double kMemory = 0.98;
// The mean of two equal channels keeps all of their energy, that of two uncorrelated ones half;
// less than this is cancellation, which ends at more than twice this.
constexpr double kCancelled = 0.1;
constexpr double kMuchLouder = 10;
// Less than this in a single block is such clear cancellation that no further blocks are needed.
constexpr double kGone = 0.01;

float sane(float value) {
  return std::isfinite(value) ? std::clamp(value, -kMaxSample, kMaxSample) : 0;
}

}  // namespace

Mixer::Mixer(int channels, int channel)
    : channels_(static_cast<std::size_t>(channels)),
      channel_(channel),
      weight_(1.0F / static_cast<float>(channels)),
      signs_(channels_, 1.0F),
      sums_{std::vector<double>(channels_), std::vector<double>(channels_)} {}

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

void Mixer::look_for_inverted(const float* interleaved, std::size_t frames) {
  Sums block{std::vector<double>(channels_), std::vector<double>(channels_)};
  for (std::size_t i = 0; i < frames; ++i, interleaved += channels_) {
    const double reference = sane(interleaved[reference_]);
    for (std::size_t c = 0; c < channels_; ++c) {
      const double value = sane(interleaved[c]);
      block.energy[c] += value * value;
      block.product[c] += value * reference;
    }
  }
  bool turned = false;  // a channel, in this block
  for (std::size_t c = 0; c < channels_; ++c) {
    turned = turned || kept(block, c, signs_[c] * signs_[reference_]) < kGone;
  }
  const double memory = turned ? 0 : kMemory;
  for (std::size_t c = 0; c < channels_; ++c) {
    sums_.energy[c] = memory * sums_.energy[c] + block.energy[c];
    sums_.product[c] = memory * sums_.product[c] + block.product[c];
  }
  for (std::size_t c = 0; c < channels_; ++c) {
    const double part = kept(sums_, c, 1);
    if (part < kCancelled) signs_[c] = -signs_[reference_];
    if (part > 2 * kCancelled) signs_[c] = signs_[reference_];
    has_inverted_ = has_inverted_ || signs_[c] < 0;
  }
  choose_reference();
}

// The part of the energy of a channel and the reference that is left in their mean. With energies a
// and b, and p the sum of products, the mean has (a + 2 p + b) / 4. NaN in silence, which compares
// as neither less nor greater: nothing changes.
double Mixer::kept(const Sums& sums, std::size_t channel, float sign) const {
  const double sum = sums.energy[channel] + sums.energy[reference_];
  return (sum + 2 * sign * sums.product[channel]) / (2 * sum);
}

// Chooses a channel that is much louder than the current reference: a silent one is no reference.
void Mixer::choose_reference() {
  const std::vector<double>& energy = sums_.energy;
  const auto loudest =
      static_cast<std::size_t>(std::max_element(energy.begin(), energy.end()) - energy.begin());
  if (energy[loudest] <= kMuchLouder * energy[reference_]) return;
  reference_ = loudest;
  sums_ = {std::vector<double>(channels_), std::vector<double>(channels_)};
}

}  // namespace pairalign::audio

#include "model/self_test.hpp"

#include <cmath>
#include <functional>
#include <numeric>
#include <utility>

#include "base/random.hpp"
#include "model/decoding.hpp"

namespace pairalign::model {

std::vector<float> self_test_signal() {
  constexpr double kPi = 3.141592653589793;
  constexpr int kSamples = 2 * audio::kSampleRate;
  std::vector<float> signal(kSamples);
  Random random(1);
  double phase = 0;
  for (int i = 0; i < kSamples; ++i) {
    const double t = static_cast<double>(i) / audio::kSampleRate;
    const double pitch = 120 + 40 * std::sin(2 * kPi * 0.7 * t);
    phase += 2 * kPi * pitch / audio::kSampleRate;
    const double formant = 1200 + 900 * std::sin(2 * kPi * 1.3 * t);
    const double voiced = std::fmod(t, 0.4) < 0.28 ? 0.1 : 0.0;
    double value = 0;
    // sin((h + 1) φ) = 2 cos(φ) sin(h φ) − sin((h − 1) φ)
    const double twice_cosine = 2 * std::cos(phase);
    double before = 0, harmonic = std::sin(phase);
    for (int h = 1; voiced > 0 && h <= 24; ++h) {
      const double distance = (h * pitch - formant) / 400;
      value += std::exp(-distance * distance) * harmonic;
      before = std::exchange(harmonic, twice_cosine * harmonic - before);
    }
    signal[static_cast<std::size_t>(i)] =
        static_cast<float>(voiced * value + (voiced > 0 ? 0.001 : 0.03) * random.normal());
  }
  return signal;
}

SelfTest run_self_test(const Model& model) {
  const std::vector<float> features =
      audio::LogMel(model.info().features).compute(self_test_signal());
  FrameScorer scorer(model);
  SelfTest result;
  result.codes = scorer.nearest_codes(features);
  if (model.decoder() != nullptr) {
    result.decoded = decode_frames(*model.decoder(), model.weights(), scorer.encoded().data(),
                                   static_cast<int>(result.codes.size()), DecodeOptions());
  }
  return result;
}

double agreement(const std::vector<int>& a, const std::vector<int>& b) {
  if (a.size() != b.size() || a.empty()) return 0;
  const int same =
      std::inner_product(a.begin(), a.end(), b.begin(), 0, std::plus<>(), std::equal_to<>());
  return static_cast<double>(same) / static_cast<double>(a.size());
}

}  // namespace pairalign::model

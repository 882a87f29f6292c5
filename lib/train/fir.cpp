#include "train/fir.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>

#include "audio/decoder.hpp"
#include "audio/fft.hpp"
#include "audio/mel.hpp"
#include "base/multiversion.hpp"

namespace pairalign::train {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kLongestRoom = 0.4;     // seconds
constexpr double kDirectRatioDb = 12.0;  // greatest ratio of direct to reverberant energy

// The product of std::complex also handles infinities, at several times the cost.
PAIRALIGN_MULTIVERSION
void multiply_spectra(const std::complex<float>* factor, std::size_t count,
                      std::complex<float>* bins) {
  const auto* a = reinterpret_cast<const float*>(factor);
  auto* b = reinterpret_cast<float*>(bins);
  for (std::size_t i = 0; i < 2 * count; i += 2) {
    const float real = a[i] * b[i] - a[i + 1] * b[i + 1];
    const float imaginary = a[i] * b[i + 1] + a[i + 1] * b[i];
    b[i] = real;
    b[i + 1] = imaginary;
  }
}

// The transform length for which overlap-add costs the least, for `taps` ≥ 1: the cost is the
// number of blocks times the length; lengths are 4, 5 or 6 times a power of two.
std::size_t best_length(std::size_t samples, std::size_t taps) {
  std::size_t best = 0;
  double least = 0;
  for (const std::size_t factor : {8, 10, 12}) {
    for (std::size_t points = factor;; points *= 2) {
      if (points < taps) continue;
      const std::size_t block = points - taps + 1;
      const std::size_t blocks = (samples + block - 1) / block;
      const double cost = static_cast<double>(blocks) * static_cast<double>(points);
      if (best == 0 || cost < least) {
        best = points;
        least = cost;
      }
      if (blocks <= 1) break;
    }
  }
  return best;
}

// Adds the convolution of `pcm` with `taps` to `out`, which must hold pcm + taps − 1 samples.
void overlap_add(Span<const float> pcm, const std::vector<float>& taps, std::vector<float>& out) {
  const std::size_t points = best_length(pcm.size(), taps.size());
  const std::size_t block = points - taps.size() + 1;
  audio::RealFft& fft = audio::RealFft::of_this_thread(static_cast<int>(points));

  std::vector<float> samples(points, 0.0F);
  std::vector<std::complex<float>> response(points / 2 + 1), bins(points / 2 + 1);
  const float scale = 1.0F / static_cast<float>(points);
  std::transform(taps.begin(), taps.end(), samples.begin(), [&](float tap) { return tap * scale; });
  fft.forward(samples.data(), response.data());

  for (std::size_t start = 0; start < pcm.size(); start += block) {
    const std::size_t count = std::min(block, pcm.size() - start);
    std::copy_n(pcm.data() + start, count, samples.begin());
    std::fill(samples.begin() + static_cast<std::ptrdiff_t>(count), samples.end(), 0.0F);
    fft.forward(samples.data(), bins.data());
    multiply_spectra(response.data(), bins.size(), bins.data());
    fft.inverse(bins.data(), samples.data());
    const std::size_t tail = std::min(points, out.size() - start);
    for (std::size_t i = 0; i < tail; ++i)
      out[start + i] += samples[i];
  }
}

}  // namespace

void convolve(Span<float> pcm, const Fir& fir) {
  Expects(fir.delay < fir.taps.size());
  if (pcm.empty()) return;
  std::vector<float> out(pcm.size() + fir.taps.size() - 1, 0.0F);
  overlap_add(pcm, fir.taps, out);
  std::copy_n(out.data() + fir.delay, pcm.size(), pcm.begin());
}

Fir cascade(const Fir& first, const Fir& second) {
  Fir both;
  both.taps.resize(first.taps.size() + second.taps.size() - 1);
  both.delay = first.delay + second.delay;
  overlap_add(first.taps, second.taps, both.taps);
  return both;
}

Fir draw_equaliser(double db, Random& random) {
  constexpr int kPoints = 512;
  constexpr std::size_t kTaps = 255;
  std::array<double, 9> knots{};  // gains in dB, evenly spaced over the mel axis
  for (double& knot : knots)
    knot = random.uniform(-db, db);

  std::array<std::complex<float>, kPoints / 2 + 1> bins;
  const double top = audio::hz_to_mel(audio::kSampleRate / 2.0);
  for (std::size_t i = 0; i < bins.size(); ++i) {
    const double hz = static_cast<double>(i) * audio::kSampleRate / kPoints;
    const double place = audio::hz_to_mel(hz) / top * static_cast<double>(knots.size() - 1);
    const std::size_t left = std::min(static_cast<std::size_t>(place), knots.size() - 2);
    // Cosine interpolation: smooth, and never beyond its two knots.
    const double blend = 0.5 - 0.5 * std::cos(kPi * (place - static_cast<double>(left)));
    const double gain_db = knots[left] + (knots[left + 1] - knots[left]) * blend;
    bins[i] = static_cast<float>(std::pow(10.0, gain_db / 20) / kPoints);
  }
  std::array<float, kPoints> response;
  audio::RealFft::of_this_thread(kPoints).inverse(bins.data(), response.data());

  // A real spectrum gives a response symmetric around time 0; a Hann window shortens it to kTaps.
  Fir fir{std::vector<float>(kTaps), kTaps / 2};
  for (std::size_t i = 0; i < kTaps; ++i) {
    const double window = 0.5 - 0.5 * std::cos(2 * kPi * static_cast<double>(i + 1) / (kTaps + 1));
    fir.taps[i] = response[(i + kPoints - kTaps / 2) % kPoints] * static_cast<float>(window);
  }
  return fir;
}

Fir draw_room(double rt60_s, Random& random) {
  Expects(rt60_s > 0);
  const auto length =
      static_cast<std::size_t>(std::ceil(std::min(rt60_s, kLongestRoom) * audio::kSampleRate)) + 1;
  const double direct_ratio = std::pow(10.0, random.uniform(0, kDirectRatioDb) / 10);
  const double decay =
      std::pow(10.0, -3.0 / (rt60_s * audio::kSampleRate));  // of amplitude, per sample

  Fir room{std::vector<float>(length), 0};
  double envelope = 1, energy = 0;
  for (std::size_t i = 1; i < length; ++i) {
    envelope *= decay;
    const double value = envelope * random.uniform(-1, 1);
    energy += value * value;
    room.taps[i] = static_cast<float>(value);
  }
  const auto gain = static_cast<float>(std::sqrt(1 / (direct_ratio * energy)));
  for (float& tap : room.taps)
    tap *= gain;
  room.taps[0] = 1;
  return room;
}

}  // namespace pairalign::train

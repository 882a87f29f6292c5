#include "train/views.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <utility>

#include "audio/fft.hpp"
#include "audio/mel.hpp"
#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/multiversion.hpp"
#include "nn/functions.hpp"

namespace pairalign::train {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kBandPassLowest = 50;        // Hz
constexpr double kBandPassHighest = 7500;     // Hz
constexpr double kLongestReverberation = 10;  // seconds
constexpr double kLongestRoom = 0.4;          // seconds
constexpr double kGreatestDb = 100;           // of gains and ratios
constexpr double kDirectRatioDb = 12.0;       // greatest ratio of direct to reverberant energy

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

// Sum of squares. Eight parallel sums let the compiler vectorise, with an order of additions that
// is the same everywhere.
PAIRALIGN_MULTIVERSION
double energy(const float* pcm, std::size_t count) {
  constexpr std::size_t kLanes = 8;
  std::array<double, kLanes> sums{};
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const double value = pcm[i + lane];
      sums[lane] += value * value;
    }
  }
  for (; i < count; ++i)
    sums[0] += static_cast<double>(pcm[i]) * pcm[i];
  double total = 0;
  for (const double sum : sums)
    total += sum;
  return total;
}

double log_uniform(double low, double high, Random& random) {
  return std::exp(random.uniform(std::log(low), std::log(high)));
}

// A second-order section in transposed direct form II. Butterworth coefficients by the bilinear
// transform (R. Bristow-Johnson, "Cookbook formulae for audio EQ biquad filter coefficients").
class Biquad {
 public:
  static Biquad high_pass(double hz) { return Biquad(hz, -1); }
  static Biquad low_pass(double hz) { return Biquad(hz, 1); }

  double step(double x) {
    const double y = b0_ * x + z1_;
    z1_ = b1_ * x - a1_ * y + z2_;
    z2_ = b0_ * x - a2_ * y;
    return y;
  }

 private:
  // `sign` is + for a low-pass, − for a high-pass: the zeros lie at −sign.
  Biquad(double hz, int sign) {
    const double w = 2 * kPi * hz / audio::kSampleRate;
    const double alpha = std::sin(w) * std::sqrt(0.5);
    const double a0 = 1 + alpha;
    b0_ = (1 - sign * std::cos(w)) / (2 * a0);
    b1_ = 2 * sign * b0_;
    a1_ = -2 * std::cos(w) / a0;
    a2_ = (1 - alpha) / a0;
  }

  double b0_, b1_, a1_, a2_;  // the third numerator coefficient is b0 again
  double z1_ = 0, z2_ = 0;
};

// Convolves and scales so that the energy of the piece stays what it was.
void convolve_keeping_energy(Span<float> pcm, const Fir& fir) {
  const double before = energy(pcm.data(), pcm.size());
  convolve(pcm, fir);
  const double after = energy(pcm.data(), pcm.size());
  if (after > 0) nn::scale(static_cast<float>(std::sqrt(before / after)), pcm.size(), pcm.data());
}

// Room and equaliser in one pass over the samples.
void apply_random_channel(Span<float> pcm, const ViewConfig& config, Random& random) {
  const bool equaliser = random.chance(config.equaliser_probability);
  if (random.chance(config.reverb_probability)) {
    const double rt60 = random.uniform(config.reverb_rt60_low_s, config.reverb_rt60_high_s);
    const Fir room = draw_room(rt60, random);
    convolve_keeping_energy(
        pcm, equaliser ? cascade(room, draw_equaliser(config.equaliser_db, random)) : room);
  } else if (equaliser) {
    convolve(pcm, draw_equaliser(config.equaliser_db, random));
  }
}

void mix_random_noise(Span<float> pcm, const ViewConfig& config, const NoiseBank& bank,
                      Random& random) {
  if (!random.chance(config.noise_probability)) return;
  const double snr_db = random.uniform(config.noise_snr_low_db, config.noise_snr_high_db);
  std::vector<float> noise;
  if (bank.empty()) {
    noise.resize(pcm.size());
    for (float& value : noise)
      value = static_cast<float>(random.uniform(-1, 1));
  } else {
    noise = bank.draw(pcm.size(), random);
  }
  mix_noise(pcm, noise, snr_db);
}

// Start and length of a random span of at most `longest` of `size` elements.
std::pair<std::size_t, std::size_t> draw_span(std::size_t size, int longest, Random& random) {
  const std::size_t limit = std::min(size, static_cast<std::size_t>(std::max(longest, 0)));
  if (limit == 0) return {0, 0};
  const std::size_t length = 1 + random.below(limit);
  return {random.below(size - length + 1), length};
}

// How many spans to mask: none, one or two.
int draw_mask_count(double probability, Random& random) {
  return random.chance(probability) ? 1 + static_cast<int>(random.below(2)) : 0;
}

}  // namespace

void check(const ViewConfig& c) {
  const auto require = [](bool holds, const char* reason) {
    if (!holds) throw Error("", std::string("views: ") + reason);
  };
  for (const double p : {c.noise_probability, c.band_pass_probability, c.equaliser_probability,
                         c.reverb_probability, c.time_mask_probability, c.band_mask_probability}) {
    require(p >= 0 && p <= 1, "a probability must lie in 0 .. 1");
  }
  check_range("views.gain_db", c.gain_db, 0, kGreatestDb);
  check_range("views.equaliser_db", c.equaliser_db, 0, kGreatestDb);
  check_range("views.noise_snr_high_db", c.noise_snr_high_db, -kGreatestDb, kGreatestDb);
  check_range("views.noise_snr_low_db", c.noise_snr_low_db, -kGreatestDb, c.noise_snr_high_db);
  require(c.band_pass_low_hz >= kBandPassLowest && c.band_pass_low_hz < c.band_pass_high_hz &&
              c.band_pass_high_hz <= kBandPassHighest,
          "the band-pass must satisfy 50 <= low < high <= 7500 Hz");
  require(c.reverb_rt60_low_s > 0 && c.reverb_rt60_low_s <= c.reverb_rt60_high_s &&
              c.reverb_rt60_high_s <= kLongestReverberation,
          "reverberation times must satisfy 0 < low <= high <= 10 s");
  require(c.tempo >= 0 && c.tempo < 1 && c.frequency >= 0 && c.frequency < 1,
          "changes of tempo and frequency must lie in 0 .. 1");
  require(c.pitch >= 0 && c.pitch < 1 && c.frequency_apart >= 0 && c.frequency_apart < 1,
          "changes of pitch, and how far those of frequency are apart, must lie in 0 .. 1");
  require(c.time_mask_frames >= 0 && c.band_mask_bands >= 0, "masks cannot be shorter than 0");
}

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

void NoiseBank::add(std::vector<float> pcm) {
  if (!pcm.empty()) clips_.push_back(std::move(pcm));
}

std::uint64_t NoiseBank::fingerprint() const {
  if (empty()) return 0;
  Hasher hasher;
  for (const std::vector<float>& clip : clips_) {
    const std::size_t size = clip.size();
    hasher.update(&size, sizeof size);
    hasher.update(clip.data(), size * sizeof(float));
  }
  return hasher.digest();
}

std::vector<float> NoiseBank::draw(std::size_t count, Random& random) const {
  Expects(!clips_.empty());
  const std::vector<float>& clip = clips_[random.below(clips_.size())];
  std::size_t position = random.below(clip.size());
  std::vector<float> noise;
  noise.reserve(count);
  while (noise.size() < count) {
    const std::size_t piece = std::min(count - noise.size(), clip.size() - position);
    noise.insert(noise.end(), clip.data() + position, clip.data() + position + piece);
    position = 0;
  }
  return noise;
}

void apply_gain(Span<float> pcm, double db) {
  nn::scale(static_cast<float>(std::pow(10.0, db / 20)), pcm.size(), pcm.data());
}

void mix_noise(Span<float> pcm, Span<const float> noise, double snr_db) {
  Expects(noise.size() >= pcm.size());
  const double signal_energy = energy(pcm.data(), pcm.size());
  const double noise_energy = energy(noise.data(), pcm.size());
  if (signal_energy <= 0 || noise_energy <= 0) return;
  const auto gain =
      static_cast<float>(std::sqrt(signal_energy / noise_energy / std::pow(10.0, snr_db / 10)));
  std::transform(pcm.data(), pcm.data() + pcm.size(), noise.data(), pcm.data(),
                 [gain](float sample, float added) { return sample + gain * added; });
}

void band_pass(Span<float> pcm, double low_hz, double high_hz) {
  Expects(0 < low_hz && low_hz < high_hz && high_hz < audio::kSampleRate / 2.0);
  Biquad high_pass = Biquad::high_pass(low_hz);
  Biquad low_pass = Biquad::low_pass(high_hz);
  for (float& value : pcm)
    value = static_cast<float>(low_pass.step(high_pass.step(value)));
}

void degrade(Span<float> pcm, const ViewConfig& config, const NoiseBank& noise, Random& random) {
  apply_random_channel(pcm, config, random);
  const bool band_limited = random.chance(config.band_pass_probability);
  const double low_hz = log_uniform(kBandPassLowest, config.band_pass_low_hz, random);
  const double high_hz = log_uniform(config.band_pass_high_hz, kBandPassHighest, random);
  // The band is limited by the source (a loudspeaker, a telephone played in a room) as often as by
  // the microphone, which limits the noise with it.
  const bool source_limited = random.chance(0.5);
  if (band_limited && source_limited) band_pass(pcm, low_hz, high_hz);
  mix_random_noise(pcm, config, noise, random);
  if (band_limited && !source_limited) band_pass(pcm, low_hz, high_hz);
  apply_gain(pcm, random.uniform(-config.gain_db, config.gain_db));
}

audio::Warp draw_warp(const ViewConfig& config, Random& random) {
  audio::Warp warp;
  warp.tempo = random.uniform(1 - config.tempo, 1 + config.tempo);
  warp.frequency = random.uniform(1 - config.frequency, 1 + config.frequency);
  if (config.pitch > 0) warp.pitch = random.uniform(1 - config.pitch, 1 + config.pitch);
  return warp;
}

audio::Warp draw_warp_apart(const ViewConfig& config, const audio::Warp& other, Random& random) {
  constexpr int kTries = 16;
  audio::Warp warp = draw_warp(config, random);
  for (int i = 1; i < kTries; ++i) {
    if (std::abs(std::log(warp.frequency / other.frequency)) >= config.frequency_apart) break;
    warp = draw_warp(config, random);
  }
  return warp;
}

std::vector<bool> mask_features(Span<float> features, int bands, float fill,
                                const ViewConfig& config, Random& random) {
  Expects(bands > 0 && features.size() % static_cast<std::size_t>(bands) == 0);
  const auto width = static_cast<std::size_t>(bands);
  const std::size_t frames = features.size() / width;
  std::vector<bool> masked(frames, false);

  for (int n = draw_mask_count(config.time_mask_probability, random); n > 0; --n) {
    const auto [start, length] = draw_span(frames, config.time_mask_frames, random);
    std::fill_n(masked.begin() + static_cast<std::ptrdiff_t>(start), length, true);
    std::fill_n(features.data() + start * width, length * width, fill);
  }
  for (int n = draw_mask_count(config.band_mask_probability, random); n > 0; --n) {
    const auto [start, length] = draw_span(width, config.band_mask_bands, random);
    for (std::size_t frame = 0; frame < frames; ++frame) {
      std::fill_n(features.data() + frame * width + start, length, fill);
    }
  }
  return masked;
}

}  // namespace pairalign::train

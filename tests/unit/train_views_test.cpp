#include <algorithm>
#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "audio_signals.hpp"
#include "base/error.hpp"
#include "train/views.hpp"

namespace {

using namespace pairalign;
using namespace pairalign::train;

using test::kPi;
using test::noise;
using test::tone;

double energy(Span<const float> pcm) {
  double sum = 0;
  for (const float value : pcm)
    sum += static_cast<double>(value) * value;
  return sum;
}

// Within `tolerance` of the value's own size (doctest's Approx adds 1 to that).
doctest::Approx about(double value, double tolerance) {
  return doctest::Approx(value).epsilon(tolerance).scale(0);
}

double decibel(double ratio) {
  return 10 * std::log10(ratio);
}

// Change of a tone's level, in dB, away from the transients at both ends.
template <class Filter>
double tone_gain_db(double hz, Filter filter) {
  const std::vector<float> before = tone(hz, 16000);
  std::vector<float> after = before;
  filter(after);
  const auto middle = [](const std::vector<float>& pcm) {
    return Span<const float>(pcm).subspan(4000, 8000);
  };
  return decibel(energy(middle(after)) / energy(middle(before)));
}

TEST_CASE("gain is in decibel") {
  CHECK(tone_gain_db(1000, [](auto& pcm) { apply_gain(pcm, -6.5); }) == about(-6.5, 1e-4));
}

TEST_CASE("noise is mixed in at the ratio asked for") {
  for (const double snr_db : {-5.0, 0.0, 12.5, 30.0}) {
    const std::vector<float> clean = tone(300, 4801);
    std::vector<float> mixed = clean;
    mix_noise(mixed, noise(5000, 1), snr_db);
    std::vector<float> added(clean.size());
    for (std::size_t i = 0; i < clean.size(); ++i)
      added[i] = mixed[i] - clean[i];
    CHECK(std::abs(decibel(energy(clean) / energy(added)) - snr_db) < 0.01);
  }
}

TEST_CASE("silence stays silent, and silent noise changes nothing") {
  std::vector<float> silence(1000);
  mix_noise(silence, noise(1000, 1), 0);
  CHECK(energy(silence) == 0);
  const std::vector<float> before = noise(1000, 2);
  std::vector<float> after = before;
  mix_noise(after, std::vector<float>(1000), 0);
  CHECK(after == before);
}

TEST_CASE("a band-pass keeps its inside and falls by 12 dB an octave outside") {
  const auto gain = [](double hz) {
    return tone_gain_db(hz, [](auto& pcm) { band_pass(pcm, 400, 2800); });
  };
  CHECK(std::abs(gain(1050)) < 0.3);
  CHECK(gain(400) == about(-3, 0.1));
  CHECK(gain(2800) == about(-3, 0.1));
  CHECK(gain(100) == about(-24, 0.03));
  CHECK(gain(50) == about(-36, 0.03));
  CHECK(gain(7000) < -18);
}

TEST_CASE("fast convolution equals its definition") {
  Random random(7);
  for (int round = 0; round < 40; ++round) {
    const std::vector<float> pcm = noise(1 + random.below(3000), random.next());
    Fir fir{noise(1 + random.below(500), random.next()), 0};
    fir.delay = random.below(fir.taps.size());
    std::vector<float> fast = pcm;
    convolve(fast, fir);
    for (std::size_t n = 0; n < pcm.size(); ++n) {
      double expected = 0;
      for (std::size_t k = 0; k < fir.taps.size(); ++k) {
        const std::size_t at = n + fir.delay - k;  // wraps to a huge number below 0
        if (at < pcm.size()) expected += static_cast<double>(fir.taps[k]) * pcm[at];
      }
      REQUIRE(std::abs(fast[n] - expected) < 1e-5);
    }
  }
}

TEST_CASE("a cascade does what its two parts do in turn") {
  Random random(8);
  const Fir room = draw_room(0.2, random);
  const Fir equaliser = draw_equaliser(8, random);
  std::vector<float> in_turn = noise(5000, 9);
  std::vector<float> at_once = in_turn;
  // Behind the end nothing differs either: the equaliser looks ahead by less than this.
  in_turn.resize(6000);
  convolve(in_turn, room);
  convolve(in_turn, equaliser);
  at_once.resize(6000);
  convolve(at_once, cascade(room, equaliser));
  for (std::size_t i = 0; i < 5800; ++i)
    REQUIRE(std::abs(in_turn[i] - at_once[i]) < 1e-4);
}

TEST_CASE("an equaliser is smooth, has no delay and stays within its bounds") {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const auto gain = [&](double hz) {
      return tone_gain_db(hz, [&](auto& pcm) {
        Random random(seed);
        convolve(pcm, draw_equaliser(8, random));
      });
    };
    double lowest = 1e9, highest = -1e9, before = gain(200);
    for (double hz = 200; hz < 7800; hz *= 1.06) {
      const double db = gain(hz);
      CHECK(std::abs(db) < 8.5);
      CHECK(std::abs(db - before) < 6);
      lowest = std::min(lowest, db);
      highest = std::max(highest, db);
      before = db;
    }
    CHECK(highest - lowest > 1);

    Random random(seed);
    const Fir fir = draw_equaliser(8, random);
    for (std::size_t i = 1; i <= fir.delay; ++i) {
      REQUIRE(std::abs(fir.taps[fir.delay - i] - fir.taps[fir.delay + i]) < 1e-6);
    }
  }
}

ViewConfig all_off() {
  ViewConfig off;
  off.gain_db = 0;
  off.noise_probability = off.band_pass_probability = off.equaliser_probability =
      off.reverb_probability = off.time_mask_probability = off.band_mask_probability = 0;
  off.tempo = off.frequency = 0;
  return off;
}

void reverberate(Span<float> pcm, double rt60_s, Random& random) {
  ViewConfig config = all_off();
  config.reverb_probability = 1;
  config.reverb_rt60_low_s = config.reverb_rt60_high_s = rt60_s;
  degrade(pcm, config, {}, random);
}

TEST_CASE("reverberation keeps the energy") {
  Random random(10);
  for (const double rt60 : {0.1, 0.4, 0.8}) {
    std::vector<float> pcm = noise(16000, 11);
    const double before = energy(pcm);
    reverberate(pcm, rt60, random);
    CHECK(energy(pcm) == about(before, 1e-4));
  }
  std::vector<float> silence(1000);
  reverberate(silence, 0.3, random);
  CHECK(energy(silence) == 0);
}

// Seconds for a fall by 60 dB, from the backward integral of the energy (Schroeder 1965), between
// 5 and 15 dB below the start of the tail. Noise that is cut off after `rt60` or 0.4 s bends the
// integral only further down.
double measured_rt60(const std::vector<float>& tail) {
  std::vector<double> remaining(tail.size() + 1, 0);
  for (std::size_t i = tail.size(); i-- > 0;) {
    remaining[i] = remaining[i + 1] + static_cast<double>(tail[i]) * tail[i];
  }
  const auto fallen_by = [&](double db) {
    return std::find_if(remaining.begin(), remaining.end(),
                        [&](double e) { return e < remaining[0] * std::pow(10, -db / 10); }) -
           remaining.begin();
  };
  return 6.0 * static_cast<double>(fallen_by(15) - fallen_by(5)) / audio::kSampleRate;
}

TEST_CASE("the tail of a room decays in its reverberation time") {
  for (const double rt60 : {0.15, 0.3, 0.6}) {
    Random random(12);
    std::vector<float> click(16000);
    click[0] = 1;
    reverberate(click, rt60, random);
    CHECK(click[0] > 0.5);
    const std::vector<float> tail(click.begin() + 1, click.end());
    CHECK(energy(tail) > 0.03 * energy(click));
    CHECK(measured_rt60(tail) == about(rt60, 0.12));
    CHECK(energy(Span<const float>(click).subspan(6402)) < 1e-9);
  }
}

TEST_CASE("noise is drawn from any place of any clip, and looped") {
  NoiseBank bank;
  CHECK(bank.empty());
  bank.add({});
  CHECK(bank.empty());
  bank.add({1, 2, 3});
  bank.add({10, 20});
  std::vector<bool> seen(21, false);
  Random random(13);
  for (int round = 0; round < 100; ++round) {
    const std::vector<float> drawn = bank.draw(7, random);
    REQUIRE(drawn.size() == 7);
    seen[static_cast<std::size_t>(drawn[0])] = true;
    const std::vector<float> clip =
        drawn[0] < 10 ? std::vector<float>{1, 2, 3} : std::vector<float>{10, 20};
    auto at = std::find(clip.begin(), clip.end(), drawn[0]);
    for (const float value : drawn) {
      REQUIRE(value == *at);
      if (++at == clip.end()) at = clip.begin();
    }
  }
  CHECK(std::count(seen.begin(), seen.end(), true) == 5);
}

TEST_CASE("a view is a function of its seed") {
  NoiseBank bank;
  bank.add(noise(20000, 14));
  const std::vector<float> clean = tone(500, 16000);
  const auto view = [&](std::uint64_t seed) {
    std::vector<float> pcm = clean;
    Random random(seed);
    degrade(pcm, {}, bank, random);
    return pcm;
  };
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const std::vector<float> pcm = view(seed);
    REQUIRE(pcm == view(seed));
    REQUIRE(pcm != view(seed + 1));
    REQUIRE(std::all_of(pcm.begin(), pcm.end(), [](float v) { return std::isfinite(v); }));
  }
}

TEST_CASE("with everything switched off, a view is the piece itself") {
  const ViewConfig off = all_off();
  const std::vector<float> clean = noise(4000, 15);
  std::vector<float> pcm = clean;
  Random random(16);
  degrade(pcm, off, {}, random);
  CHECK(pcm == clean);
  const audio::Warp warp = draw_warp(off, random);
  CHECK(warp.tempo == 1);
  CHECK(warp.frequency == 1);
  const std::vector<bool> masked = mask_features(pcm, 80, 0, off, random);
  CHECK(std::count(masked.begin(), masked.end(), true) == 0);
  CHECK(pcm == clean);
}

TEST_CASE("each part of a view is used as often as its probability says") {
  const std::vector<float> clean = noise(2000, 17);
  const auto share_changed = [&](double ViewConfig::*probability) {
    ViewConfig config = all_off();
    config.*probability = 0.3;
    int changed = 0;
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
      std::vector<float> pcm = clean;
      Random random = Random::stream(18, seed);
      degrade(pcm, config, {}, random);
      changed += pcm != clean ? 1 : 0;
    }
    return changed / 400.0;
  };
  for (const auto part : {&ViewConfig::noise_probability, &ViewConfig::band_pass_probability,
                          &ViewConfig::equaliser_probability, &ViewConfig::reverb_probability}) {
    CHECK(share_changed(part) == about(0.3, 0.25));
  }
}

TEST_CASE("white noise stands in for an empty bank") {
  ViewConfig config = all_off();
  config.noise_probability = 1;
  config.noise_snr_low_db = config.noise_snr_high_db = 10;
  const std::vector<float> clean = tone(200, 16000);
  std::vector<float> pcm = clean;
  Random random(19);
  degrade(pcm, config, {}, random);
  double products = 0;  // of neighbours: near 0 when white
  for (std::size_t i = 0; i < pcm.size(); ++i)
    pcm[i] -= clean[i];
  for (std::size_t i = 1; i < pcm.size(); ++i)
    products += pcm[i - 1] * pcm[i];
  CHECK(decibel(energy(clean) / energy(pcm)) == about(10, 0.001));
  CHECK(std::abs(products / energy(pcm)) < 0.05);
}

TEST_CASE("warps fill their ranges") {
  const ViewConfig config;
  Random random(20);
  double slowest = 1, fastest = 1, lowest = 1, highest = 1;
  for (int i = 0; i < 1000; ++i) {
    const audio::Warp warp = draw_warp(config, random);
    slowest = std::min(slowest, warp.tempo);
    fastest = std::max(fastest, warp.tempo);
    lowest = std::min(lowest, warp.frequency);
    highest = std::max(highest, warp.frequency);
  }
  CHECK(slowest == about(0.8, 0.005));
  CHECK(fastest == about(1.2, 0.005));
  CHECK(lowest == about(0.84, 0.005));
  CHECK(highest == about(1.16, 0.005));
}

TEST_CASE("settings from which no view can be drawn are refused") {
  CHECK_NOTHROW(check(ViewConfig{}));
  const auto refused = [](auto change) {
    ViewConfig config;
    change(config);
    CHECK_THROWS_AS(check(config), Error);
  };
  refused([](ViewConfig& c) { c.gain_db = NAN; });
  refused([](ViewConfig& c) { c.noise_probability = 1.1; });
  refused([](ViewConfig& c) { c.band_mask_probability = -0.1; });
  refused([](ViewConfig& c) { c.noise_snr_low_db = 26; });
  refused([](ViewConfig& c) { c.band_pass_low_hz = 3000; });
  refused([](ViewConfig& c) { c.band_pass_high_hz = 8000; });
  refused([](ViewConfig& c) { c.reverb_rt60_low_s = 0; });
  refused([](ViewConfig& c) { c.reverb_rt60_high_s = INFINITY; });
  refused([](ViewConfig& c) { c.tempo = 1; });
  refused([](ViewConfig& c) { c.time_mask_frames = -1; });
}

TEST_CASE("masks cover what they say, within their limits") {
  constexpr std::size_t kFrames = 60, kBands = 80;
  constexpr float kFill = -9;
  ViewConfig config;
  std::size_t most_frames = 0, most_bands = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    std::vector<float> features(kFrames * kBands, 1);
    Random random(seed);
    const std::vector<bool> masked = mask_features(features, kBands, kFill, config, random);
    REQUIRE(masked.size() == kFrames);
    std::size_t bands_of_free_frame = kBands, frames = 0;
    for (std::size_t f = 0; f < kFrames; ++f) {
      const auto filled = static_cast<std::size_t>(
          std::count(features.begin() + static_cast<std::ptrdiff_t>(f * kBands),
                     features.begin() + static_cast<std::ptrdiff_t>((f + 1) * kBands), kFill));
      if (masked[f]) {
        ++frames;
        REQUIRE(filled == kBands);
      } else {
        if (bands_of_free_frame == kBands) bands_of_free_frame = filled;
        REQUIRE(filled == bands_of_free_frame);
      }
    }
    most_frames = std::max(most_frames, frames);
    most_bands = std::max(most_bands, bands_of_free_frame);
  }
  CHECK(most_frames <= 24);
  CHECK(most_frames > 15);
  CHECK(most_bands <= 24);
  CHECK(most_bands > 15);
}

}  // namespace

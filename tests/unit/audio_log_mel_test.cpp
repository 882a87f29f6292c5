#include <algorithm>
#include <cmath>
#include <complex>
#include <numeric>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "audio/log_mel.hpp"
#include "audio_signals.hpp"
#include "base/error.hpp"
#include "base/random.hpp"

namespace {

using namespace pairalign;
using namespace pairalign::audio;

using test::kPi;
using test::noise;
using test::tone;

// The definition, as slowly as it can be computed: window, DFT, HTK triangles, logarithm.
std::vector<double> reference_frame(const std::vector<float>& pcm, std::int64_t centre,
                                    const LogMelConfig& c) {
  const auto mel = [](double hz) { return 2595 * std::log10(1 + hz / 700); };
  std::vector<std::complex<double>> spectrum(static_cast<std::size_t>(c.fft / 2 + 1));
  for (std::size_t k = 0; k < spectrum.size(); ++k) {
    for (int n = 0; n < c.window; ++n) {
      const std::int64_t at = centre - c.window / 2 + n;
      if (at < 0 || at >= static_cast<std::int64_t>(pcm.size())) continue;
      const double hann = 0.5 * (1 - std::cos(2 * kPi * n / c.window));
      spectrum[k] += hann * pcm[static_cast<std::size_t>(at)] *
                     std::polar(1.0, -2 * kPi * static_cast<double>(k) * n / c.fft);
    }
  }
  const double step = (mel(c.high_hz) - mel(c.low_hz)) / (c.bands + 1);
  const auto edge_hz = [&](int i) {
    return 700 * (std::pow(10, (mel(c.low_hz) + step * i) / 2595) - 1);
  };
  std::vector<double> row;
  for (int b = 0; b < c.bands; ++b) {
    double power = 0;
    for (std::size_t k = 0; k < spectrum.size(); ++k) {
      const double hz = static_cast<double>(k) * kSampleRate / c.fft;
      const double up = (hz - edge_hz(b)) / (edge_hz(b + 1) - edge_hz(b));
      const double down = (edge_hz(b + 2) - hz) / (edge_hz(b + 2) - edge_hz(b + 1));
      power += std::max(0.0, std::min(up, down)) * std::norm(spectrum[k]);
    }
    row.push_back((std::log(power + c.floor) - c.mean) / c.scale);
  }
  return row;
}

void check_against_reference(const std::vector<float>& pcm, const LogMelConfig& config) {
  const LogMel features(config);
  const std::vector<float> rows = features.compute(pcm);
  const auto bands = static_cast<std::size_t>(config.bands);
  REQUIRE(rows.size() ==
          static_cast<std::size_t>(config.frames(static_cast<std::int64_t>(pcm.size()))) * bands);
  for (std::size_t frame = 0; frame * bands < rows.size(); ++frame) {
    const std::vector<double> expected =
        reference_frame(pcm, static_cast<std::int64_t>(frame) * config.hop, config);
    for (std::size_t b = 0; b < bands; ++b) {
      REQUIRE(std::abs(rows[frame * bands + b] - expected[b]) < 1e-3);
    }
  }
}

std::size_t loudest_band(const std::vector<float>& rows, std::size_t frame) {
  const auto row = rows.begin() + static_cast<std::ptrdiff_t>(frame * 80);
  return static_cast<std::size_t>(std::max_element(row, row + 80) - row);
}

TEST_CASE("features equal their definition") {
  check_against_reference(noise(1999, 1), {});
  check_against_reference(tone(440, 1000), {});
}

TEST_CASE("features equal their definition with other settings") {
  LogMelConfig config;
  config.bands = 23;
  config.window = 321;
  config.hop = 111;
  config.fft = 1024;
  config.low_hz = 0;
  config.high_hz = 8000;
  config.mean = 1;
  config.scale = 0.5F;
  check_against_reference(noise(1500, 2), config);
}

TEST_CASE("silence is what digital silence gives") {
  const LogMel features;
  for (const float value : features.compute(std::vector<float>(2000))) {
    REQUIRE(value == features.silence());
  }
  CHECK(features.silence() == doctest::Approx((std::log(1e-6) + 4) / 4));
}

TEST_CASE("the number of frames") {
  const LogMel features;
  for (const std::size_t size : {0, 1, 159, 160, 161, 16000}) {
    CHECK(features.compute(std::vector<float>(size)).size() == (size + 159) / 160 * 80);
  }
  const std::vector<float> pcm(16000);
  CHECK(features.compute(pcm, Warp{1.25, 1}).size() == 80 * 80);
  CHECK(features.compute(pcm, Warp{0.5, 1}).size() == 200 * 80);
}

TEST_CASE("a part of the frames is a part of all frames, with silence around") {
  const LogMel features;
  const std::vector<float> pcm = noise(4000, 3);
  const std::vector<float> all = features.compute(pcm);
  std::vector<float> part(40 * 80);
  features.compute(pcm, -7, 40, part);
  for (std::size_t i = 0; i < part.size(); ++i) {
    const std::int64_t frame = static_cast<std::int64_t>(i) / 80 - 7;
    // Frame −1 and the one after the last still see samples through half a window.
    if (frame >= 0 && frame < 25) REQUIRE(part[i] == all[i - 7 * 80]);
    if (frame < -1 || frame > 26) REQUIRE(part[i] == features.silence());
  }
}

TEST_CASE("samples moved by ten hops move the frames by ten") {
  const LogMel features;
  const std::vector<float> pcm = noise(16000, 4);
  const std::vector<float> moved(pcm.begin() + 1600, pcm.end());
  const std::vector<float> a = features.compute(pcm);
  const std::vector<float> b = features.compute(moved);
  // The first two frames of the moved piece miss samples before its start.
  CHECK(std::equal(b.begin() + 2 * 80, b.end(), a.begin() + 12 * 80, a.end()));
}

TEST_CASE("a stream gives the bits of the whole, however it is cut") {
  LogMelConfig wide_hop;
  wide_hop.hop = 700;  // longer than the window: samples between frames belong to none
  for (const LogMelConfig& config : {LogMelConfig{}, wide_hop}) {
    const LogMel features(config);
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
      Random random(seed);
      const std::vector<float> pcm = noise(random.below(9000), seed);
      LogMelStream stream(features);
      std::vector<float> rows;
      for (std::size_t at = 0; at < pcm.size();) {
        const std::size_t count = std::min<std::size_t>(random.below(900), pcm.size() - at);
        stream.push(Span<const float>(pcm).subspan(at, count), rows);
        at += count;
      }
      stream.finish(rows);
      REQUIRE(rows == features.compute(pcm));
    }
  }
}

TEST_CASE("a stream delivers frames as soon as their window is complete") {
  const LogMel features;
  LogMelStream stream(features);
  std::vector<float> rows;
  stream.push(std::vector<float>(199), rows);
  CHECK(rows.empty());
  stream.push(std::vector<float>(1), rows);
  CHECK(rows.size() == 80);
  stream.push(std::vector<float>(160), rows);
  CHECK(rows.size() == 160);
}

TEST_CASE("threads share one LogMel") {
  const LogMel features;
  const std::vector<float> pcm = noise(8000, 5);
  const std::vector<float> expected = features.compute(pcm);
  std::vector<std::vector<float>> results(4);
  std::vector<std::thread> threads;
  for (auto& result : results)
    threads.emplace_back([&] { result = features.compute(pcm); });
  for (auto& thread : threads)
    thread.join();
  for (const auto& result : results)
    CHECK(result == expected);
}

TEST_CASE("a click appears in the frame that the time map names") {
  const LogMel features;
  for (const double tempo : {0.8, 0.93, 1.0, 1.17}) {
    for (const std::size_t at : {3200, 7777, 12001}) {
      std::vector<float> pcm(16000);
      pcm[at] = 1;
      const std::vector<float> rows = features.compute(pcm, Warp{tempo, 1});
      std::size_t loudest = 0;
      for (std::size_t frame = 1; frame < rows.size() / 80; ++frame) {
        if (rows[frame * 80 + 40] > rows[loudest * 80 + 40]) loudest = frame;
      }
      const double expected = static_cast<double>(at) / (160 * tempo);
      CHECK(std::abs(static_cast<double>(loudest) - expected) <= 0.51);
    }
  }
}

TEST_CASE("a warp of frequency moves the bands, not the upper edge") {
  const LogMel features;
  const auto band = [&](double hz, double factor) {
    return loudest_band(features.compute(tone(hz, 4000), Warp{1, factor}), 12);
  };
  // Bands centred higher by a factor see a tone as bands of the plain filterbank see a tone that is
  // lower by the factor.
  for (const double factor : {0.88, 0.95, 1.06, 1.12}) {
    for (const double hz : {500.0, 1200.0, 3100.0, 5000.0}) {
      const auto warped = static_cast<int>(band(hz, factor));
      const auto plain = static_cast<int>(band(hz / factor, 1));
      CHECK(std::abs(warped - plain) <= 1);
    }
    CHECK(band(7580, factor) == 79);
  }
  CHECK(band(1200, 1.12) + 2 < band(1200, 0.88));
}

TEST_CASE("a warp of pitch moves harmonics and leaves the envelope") {
  const LogMel features;
  constexpr int kBands = 40;  // up to 2 kHz: above, harmonics are not resolved
  // A voice of one vowel, with a formant at 700 Hz.
  const auto voice = [](double pitch_hz) {
    std::vector<float> pcm(4000, 0.0F);
    for (double hz = pitch_hz; hz < 7000; hz += pitch_hz) {
      const double gain = 0.02 + 0.1 * std::exp(-std::pow((hz - 700) / 250, 2));
      const std::vector<float> harmonic = tone(hz, 4000);
      for (std::size_t i = 0; i < pcm.size(); ++i)
        pcm[i] += static_cast<float>(gain) * harmonic[i];
    }
    return pcm;
  };
  const auto row = [&](double pitch_hz, double factor) {
    Warp warp;
    warp.pitch = factor;
    const std::vector<float> rows = features.compute(voice(pitch_hz), warp);
    return std::vector<double>(rows.begin() + 12 * 80, rows.begin() + 12 * 80 + kBands + 4);
  };
  const auto envelope = [](const std::vector<double>& x) {
    std::vector<double> mean;
    for (std::size_t b = 4; b < kBands; ++b)
      mean.push_back(std::accumulate(x.begin() + static_cast<std::ptrdiff_t>(b) - 4,
                                     x.begin() + static_cast<std::ptrdiff_t>(b) + 5, 0.0) /
                     9);
    return mean;
  };
  const auto correlation = [](const std::vector<double>& x, const std::vector<double>& y) {
    double xy = 0, xx = 0, yy = 0;
    const double mean_x = std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
    const double mean_y = std::accumulate(y.begin(), y.end(), 0.0) / static_cast<double>(y.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
      xy += (x[i] - mean_x) * (y[i] - mean_y);
      xx += (x[i] - mean_x) * (x[i] - mean_x);
      yy += (y[i] - mean_y) * (y[i] - mean_y);
    }
    return xy / std::sqrt(xx * yy);
  };
  const auto fine = [&](const std::vector<double>& x) {
    std::vector<double> rest = envelope(x);
    for (std::size_t b = 0; b < rest.size(); ++b)
      rest[b] = x[b + 4] - rest[b];
    return rest;
  };
  const std::vector<double> moved = row(300, 1.25), plain = row(300, 1), lower = row(240, 1);
  CHECK(correlation(fine(moved), fine(lower)) > 0.8);
  CHECK(correlation(fine(moved), fine(plain)) < 0.4);
  CHECK(correlation(envelope(moved), envelope(plain)) > 0.85);
}

TEST_CASE("settings that contradict one another are refused") {
  const auto refused = [](auto change) {
    LogMelConfig config;
    change(config);
    CHECK_THROWS_AS(LogMel{config}, Error);
  };
  refused([](LogMelConfig& c) { c.bands = 0; });
  refused([](LogMelConfig& c) { c.window = 513; });
  refused([](LogMelConfig& c) { c.window = 0; });
  refused([](LogMelConfig& c) { c.hop = 0; });
  refused([](LogMelConfig& c) { c.fft = 1 << 30; });
  refused([](LogMelConfig& c) { c.fft = 511; });
  refused([](LogMelConfig& c) { c.low_hz = 7600; });
  refused([](LogMelConfig& c) { c.high_hz = 8001; });
  refused([](LogMelConfig& c) { c.floor = 0; });
  refused([](LogMelConfig& c) { c.scale = 0; });
  refused([](LogMelConfig& c) { c.mean = NAN; });
}

}  // namespace

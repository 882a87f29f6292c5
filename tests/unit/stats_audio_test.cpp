// Each figure on signals of which it is known.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <ebur128.h>
#include <sndfile.h>
#include <unistd.h>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "stats/audio/figures.hpp"
#include "stats/audio/meters.hpp"
#include "stats/audio/report.hpp"

using namespace pairalign;
using stats::AudioFigures;

namespace {

using Signal = std::vector<double>;
constexpr double kPi = 3.14159265358979323846;

struct File {
  explicit File(const std::string& name)
      : path((std::filesystem::temp_directory_path() /
              ("pairalign-stats-" + std::to_string(::getpid()) + name))
                 .string()) {}
  ~File() { std::filesystem::remove(path); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  std::string path;
};

void write(const std::string& path, const std::vector<Signal>& channels, int rate, int format) {
  SF_INFO info{};
  info.samplerate = rate;
  info.channels = static_cast<int>(channels.size());
  info.format = format;
  SNDFILE* file = sf_open(path.c_str(), SFM_WRITE, &info);
  REQUIRE(file != nullptr);
  std::vector<double> interleaved;
  for (std::size_t i = 0; i < channels[0].size(); ++i) {
    for (const Signal& channel : channels)
      interleaved.push_back(channel[i]);
  }
  sf_command(file, SFC_SET_CLIPPING, nullptr, SF_TRUE);
  const auto frames = static_cast<sf_count_t>(channels[0].size());
  REQUIRE(sf_writef_double(file, interleaved.data(), frames) == frames);
  sf_close(file);
}

AudioFigures measured_file(const std::string& path, bool quick = false) {
  return stats::measure(open_for_reading(path).get(), path, {quick, "", "/tmp"});
}

AudioFigures measured(const std::vector<Signal>& channels, int rate = 16000,
                      int format = SF_FORMAT_WAV | SF_FORMAT_PCM_16) {
  const File file(".wav");
  write(file.path, channels, rate, format);
  return measured_file(file.path);
}

constexpr int kFloat = SF_FORMAT_WAV | SF_FORMAT_FLOAT;

Signal tone(double hz, double amplitude, double seconds, int rate = 16000, double phase = 0) {
  Signal signal(static_cast<std::size_t>(std::lround(seconds * rate)));
  for (std::size_t i = 0; i < signal.size(); ++i)
    signal[i] = amplitude * std::sin(2 * kPi * hz * static_cast<double>(i) / rate + phase);
  return signal;
}

Signal noise(double rms, double seconds, std::uint64_t seed, int rate = 16000) {
  Random random(seed);
  Signal signal(static_cast<std::size_t>(std::lround(seconds * rate)));
  for (double& value : signal)
    value = rms * random.normal();
  return signal;
}

// What a steep filter leaves of noise: a sum of many tones below `hz`.
Signal noise_below(double hz, double rms, double seconds, int rate) {
  Random random(5);
  constexpr int kTones = 200;
  Signal sum(static_cast<std::size_t>(std::lround(seconds * rate)), 0.0);
  for (int k = 1; k <= kTones; ++k) {
    const double phase = 2 * kPi * random.uniform();
    const Signal part = tone(hz * k / kTones, rms * std::sqrt(2.0 / kTones), seconds, rate, phase);
    for (std::size_t i = 0; i < sum.size(); ++i)
      sum[i] += part[i];
  }
  return sum;
}

Signal joined(const std::vector<Signal>& parts) {
  Signal all;
  for (const Signal& part : parts)
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

Signal silence(double seconds, int rate = 16000) {
  return Signal(static_cast<std::size_t>(std::lround(seconds * rate)), 0.0);
}

Signal sum(const Signal& a, const Signal& b) {
  Signal result = a;
  for (std::size_t i = 0; i < result.size(); ++i)
    result[i] += b[i];
  return result;
}

Signal scaled(const Signal& a, double factor) {
  Signal result = a;
  for (double& value : result)
    value *= factor;
  return result;
}

// Bursts like syllables, with pauses: noise of a spectrum that falls, four bursts a second.
Signal babble(double rms, double seconds, std::uint64_t seed) {
  Signal signal = noise(1, seconds, seed);
  double low = 0, power = 0;
  std::size_t loud = 0;
  for (std::size_t i = 0; i < signal.size(); ++i) {
    low += 0.3 * (signal[i] - low);
    const double time = static_cast<double>(i) / 16000;
    const double syllable = std::max(0.0, std::sin(2 * kPi * 4 * time));
    const bool pause = std::fmod(time, 2.0) > 1.4;
    signal[i] = pause ? 0 : low * syllable;
    power += signal[i] * signal[i];
    loud += !pause && syllable > 0.1;
  }
  return scaled(signal, rms / std::sqrt(power / static_cast<double>(loud)));
}

bool flagged(const AudioFigures& figures, const std::string& check) {
  const std::vector<stats::Finding> all = stats::Checks().findings(figures);
  return std::any_of(all.begin(), all.end(),
                     [&](const stats::Finding& f) { return f.check == check; });
}

}  // namespace

TEST_CASE("header: container, codec, rate, channels, bits, length") {
  const File file(".flac");
  write(file.path, {tone(440, 0.5, 1.25, 44100), tone(440, 0.5, 1.25, 44100)}, 44100,
        SF_FORMAT_FLAC | SF_FORMAT_PCM_24);
  const AudioFigures f = measured_file(file.path, true);
  CHECK(f.source.container == "flac");
  CHECK(f.source.codec == "flac");
  CHECK(f.source.sample_rate == 44100);
  CHECK(f.source.channels == 2);
  CHECK(f.source.bits == 24);
  CHECK(*f.seconds == doctest::Approx(1.25));
  CHECK(f.source.bytes == static_cast<std::int64_t>(std::filesystem::file_size(file.path)));
  CHECK_FALSE(f.rms);
  const AudioFigures all = measured_file(file.path);
  CHECK(*all.seconds == doctest::Approx(1.25));
  CHECK(*all.header_seconds == doctest::Approx(1.25));
  CHECK(all.fault.empty());
}

// BS.1770 gives its filters for 48 kHz, where a tone of 997 Hz passes as it is. Made for 16 kHz by
// the bilinear transform, as libebur128 does, they raise it by 0.040 dB; a tone of 1 kHz is raised
// by 0.007 dB at 48 kHz. The histogram of libebur128 has steps of 0.1 LU.
constexpr double kHalfStep = 0.051;

TEST_CASE("level, peak and loudness of tones") {
  for (const double amplitude : {1.0, 0.5, 0.01}) {
    const AudioFigures f = measured({tone(997, amplitude, 5)}, 16000, kFloat);
    CHECK(*f.rms == doctest::Approx(20 * std::log10(amplitude) - 3.01).epsilon(0.001));
    CHECK(*f.peak == doctest::Approx(20 * std::log10(amplitude)).epsilon(0.001));
    // EBU Tech 3341: a stereo tone of 1 kHz has its peak level in LUFS, a mono one 3 LU less.
    CHECK(std::abs(*f.loudness - (20 * std::log10(amplitude) - 3.01 + 0.040)) < kHalfStep);
  }
  const Signal stereo = tone(1000, std::pow(10, -23 / 20.0), 20, 48000);
  CHECK(std::abs(*measured({stereo, stereo}, 48000).loudness + 23 - 0.007) < kHalfStep);
  CHECK_FALSE(measured({tone(997, 0.5, 0.3)}).loudness);
  CHECK_FALSE(measured({silence(1)}).loudness);
  CHECK(*measured({silence(1)}).rms == -200);
}

TEST_CASE("the mean of channels, and the peak of any") {
  const AudioFigures f = measured({tone(500, 0.8, 1), silence(1)}, 16000, kFloat);
  CHECK(*f.rms == doctest::Approx(20 * std::log10(0.8) - 6.02).epsilon(0.001));
  CHECK(*f.peak == doctest::Approx(20 * std::log10(0.8)).epsilon(0.001));
}

TEST_CASE("true peak: a tone whose samples miss its peaks") {
  // At a quarter of the rate and 45 degrees, every sample is 3 dB below the peak.
  const AudioFigures f = measured({tone(4000, 0.5, 1, 16000, kPi / 4)}, 16000, kFloat);
  CHECK(*f.peak == doctest::Approx(-9.03).epsilon(0.001));
  CHECK(std::abs(*f.true_peak + 6.02) < 0.6);
}

TEST_CASE("true peak beside libebur128, which leaves no sample out") {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    // The louder, the later: much of it is left out at first, all of it cannot be.
    const Signal signal = noise(0.1, 2, seed);
    std::vector<float> samples;
    for (std::size_t i = 0; i < signal.size(); ++i)
      samples.push_back(
          static_cast<float>(signal[i] * (0.2 + static_cast<double>(i % 7919) / 7919)));
    ebur128_state* reference = ebur128_init(1, 48000, EBUR128_MODE_TRUE_PEAK);
    REQUIRE(ebur128_add_frames_float(reference, samples.data(), samples.size()) == EBUR128_SUCCESS);
    double wanted = 0;
    ebur128_true_peak(reference, 0, &wanted);
    ebur128_destroy(&reference);
    const auto meter = stats::true_peak_meter({"", "", 48000, 1});
    for (std::size_t i = 0; i < samples.size(); i += 1000) {
      const Span<const float> part(samples.data() + i,
                                   std::min<std::size_t>(1000, samples.size() - i));
      meter->add({part, {part}});
    }
    AudioFigures f;
    meter->finish(f);
    CHECK(std::abs(*f.true_peak - 20 * std::log10(wanted)) < 0.4);
  }
}

TEST_CASE("clipping at a known count") {
  // 0.5 s of a tone that is 1.5 times too loud: count what the file holds at full scale, in runs.
  for (const double factor : {0.9, 1.5, 4.0}) {
    const Signal signal = tone(211, factor, 0.5);
    std::int64_t wanted = 0;
    std::int64_t run = 0;
    for (std::size_t i = 0; i <= signal.size(); ++i) {
      const bool full = i < signal.size() && std::abs(signal[i]) >= 32767.0 / 32768;
      if (full) {
        ++run;
        continue;
      }
      wanted += run >= 3 ? run : 0;
      run = 0;
    }
    const AudioFigures f = measured({signal});
    CHECK(*f.clipped == wanted);
    CHECK(flagged(f, "clipped") == (wanted > 0));
  }
  // One or two samples at full scale are none; runs across blocks and of both signs count.
  Signal edges = silence(2);
  edges[100] = edges[101] = 1;
  for (const std::size_t i : {8190U, 8191U, 8192U, 8193U})
    edges[i] = -1;
  edges[20000] = edges[20001] = 1;
  edges[20002] = edges[20003] = -1;
  CHECK(*measured({edges}).clipped == 4);
  CHECK(*measured({edges}, 16000, SF_FORMAT_WAV | SF_FORMAT_PCM_U8).clipped == 4);
}

TEST_CASE("offset") {
  const AudioFigures f = measured({sum(tone(100, 0.3, 1), Signal(16000, -0.05))}, 16000, kFloat);
  CHECK(*f.offset == doctest::Approx(0.05).epsilon(0.001));
  CHECK(flagged(f, "offset"));
  CHECK(*measured({tone(100, 0.3, 1)}).offset < 1e-4);
}

// The side lobes of a Hann window fall by the sixth power of the distance: the mean over three bins
// of those of a tone between two bins is 60 dB below that of its main lobe at 8.0 bins, of 31.25
// Hz. An edge is spread less, the more tones there are in a bin.
constexpr double kSpread = 250;

TEST_CASE("bandwidth of what was band-limited") {
  for (const double hz : {1700.0, 3400.0, 4000.0, 7000.0}) {
    for (const int rate : {16000, 44100, 48000}) {
      const AudioFigures f = measured({noise_below(hz, 0.1, 2, rate)}, rate);
      CHECK(*f.bandwidth > hz - 50);
      CHECK(*f.bandwidth < hz + kSpread);
      CHECK(flagged(f, "bandwidth") == (hz <= 4000 || rate > 16000));
    }
  }
  CHECK(*measured({noise(0.1, 2, 1)}).bandwidth == 8000);
  CHECK(*measured({noise(0.1, 2, 1, 8000)}, 8000).bandwidth == 4000);
  const double between = 31.25 * 32.5;
  const double spread = *measured({tone(between, 0.5, 1)}, 16000, kFloat).bandwidth - between;
  CHECK(spread > kSpread - 31.25);
  CHECK(spread < kSpread);
  CHECK_FALSE(measured({silence(1)}).bandwidth);
  CHECK_FALSE(measured({noise(0.1, 0.02, 1)}).bandwidth);
  // Eight bits hiss up to the end, at a level that is known: no bandwidth of the recording.
  const AudioFigures coarse = measured({sum(noise_below(3400, 0.02, 2, 16000), noise(1e-3, 2, 2))},
                                       16000, SF_FORMAT_WAV | SF_FORMAT_PCM_U8);
  CHECK(std::abs(*coarse.bandwidth - 3400) < 150);
}

TEST_CASE("silence, at the ends and in all") {
  const AudioFigures f = measured({joined({silence(1.5), tone(500, 0.3, 2), silence(0.5)})});
  CHECK(*f.lead == doctest::Approx(1.5).epsilon(0.01));
  CHECK(*f.trail == doctest::Approx(0.5).epsilon(0.02));
  CHECK(*f.silence == doctest::Approx(0.5).epsilon(0.01));
  CHECK(*f.zeros == doctest::Approx(0.5).epsilon(0.01));
  // The same under noise of -50 dBFS, in which nothing is zero.
  const AudioFigures noisy =
      measured({sum(joined({silence(1.5), tone(500, 0.3, 2), silence(0.5)}), noise(0.003, 4, 9))});
  CHECK(*noisy.lead == doctest::Approx(1.5).epsilon(0.01));
  CHECK(*noisy.trail == doctest::Approx(0.5).epsilon(0.02));
  CHECK(*noisy.silence == doctest::Approx(0.5).epsilon(0.01));
  CHECK(*noisy.zeros == 0);
  // What is steady is no silence; what is nothing is silence throughout.
  CHECK(*measured({noise(0.1, 2, 4)}).silence == 0);
  const AudioFigures none = measured({silence(2)});
  CHECK(*none.silence == 1);
  CHECK(*none.lead == doctest::Approx(2));
  CHECK(flagged(none, "silent"));
  CHECK_FALSE(flagged(none, "lead"));
}

TEST_CASE("digital silence in runs of 20 ms") {
  Signal gaps = noise(0.1, 2, 6);
  std::fill(gaps.begin() + 3000, gaps.begin() + 3319, 0.0);  // one sample short
  std::fill(gaps.begin() + 8000, gaps.begin() + 8800, 0.0);  // across two blocks
  std::fill(gaps.begin() + 31000, gaps.end(), 0.0);          // at the end
  CHECK(*measured({gaps}, 16000, kFloat).zeros == doctest::Approx((800.0 + 1000) / 32000));
  // All channels must be silent.
  CHECK(*measured({gaps, noise(0.1, 2, 7)}, 16000, kFloat).zeros == 0);
}

TEST_CASE("channels that are equal, inverted or empty") {
  const Signal a = noise(0.1, 1, 1), b = noise(0.1, 1, 2);
  const AudioFigures same = measured({a, a, b});
  CHECK(*same.identical == 1);
  CHECK(*same.inverted == 0);
  const AudioFigures inverted = measured({a, scaled(a, -1)});
  CHECK(*inverted.identical == 0);
  CHECK(*inverted.inverted == 1);
  // Inverted, quieter and with noise on it, as a codec leaves it.
  CHECK(*measured({a, sum(scaled(a, -0.5), scaled(b, 0.05))}).inverted == 1);
  CHECK(*measured({a, b}).inverted == 0);
  const AudioFigures empty = measured({a, silence(1)});
  CHECK(*empty.zero_channels == 1);
  CHECK(*empty.identical == 0);
  CHECK(*measured({silence(1), silence(1)}).identical == 0);
}

TEST_CASE("ratio of signal to noise, and the share of speech") {
  for (const double snr : {5.0, 10.0, 20.0, 30.0, 40.0}) {
    const double noise_rms = 0.1 * std::pow(10, -snr / 20);
    const AudioFigures f =
        measured({sum(babble(0.1, 20, 1), noise(noise_rms, 20, 2))}, 16000, kFloat);
    REQUIRE(f.snr);
    CHECK(std::abs(*f.snr - snr) < 3);
    CHECK(*f.speech > 0.2);
    CHECK(*f.speech < 0.5);
  }
  for (const Signal& steady : {noise(0.1, 10, 3), tone(400, 0.3, 10), silence(10)}) {
    const AudioFigures f = measured({steady});
    CHECK(*f.speech < 0.01);
    CHECK(flagged(f, "speech"));
  }
}

TEST_CASE("samples that are no numbers count as 0") {
  Signal signal = tone(440, 0.5, 1);
  signal[100] = std::numeric_limits<double>::quiet_NaN();
  signal[200] = std::numeric_limits<double>::infinity();
  const AudioFigures f = measured({signal}, 16000, kFloat);
  CHECK(*f.not_finite == 2);
  CHECK(*f.rms == doctest::Approx(-9.03).epsilon(0.001));
  CHECK(flagged(f, "not-finite"));
}

TEST_CASE("a file cut short is measured as far as it goes") {
  const File file(".wav");
  write(file.path, {tone(440, 0.5, 4)}, 16000, SF_FORMAT_WAV | SF_FORMAT_PCM_16);
  std::filesystem::resize_file(file.path, 44 + 2 * 16000);
  const AudioFigures f = measured_file(file.path);
  CHECK(f.fault.find("cut short") != std::string::npos);
  CHECK(*f.seconds == doctest::Approx(1));
  CHECK(*f.rms == doctest::Approx(-9.03).epsilon(0.001));
  CHECK(flagged(f, stats::kDamaged));
}

TEST_CASE("limits of checks") {
  AudioFigures f;
  f.snr = 12.34;
  f.source.sample_rate = 16000;
  stats::Checks checks;
  CHECK(checks.findings(f).empty());
  checks.set("snr=15");
  REQUIRE(checks.findings(f).size() == 1);
  CHECK(checks.findings(f)[0].check == "snr");
  CHECK(checks.findings(f)[0].value == "12.3");
  CHECK(checks.findings(f)[0].limit == "15");
  checks.set("snr=12.34");  // a limit itself is allowed
  CHECK(checks.findings(f).empty());
  checks.set("snr=15");
  checks.set("snr=off");
  CHECK(checks.findings(f).empty());
  CHECK_THROWS_AS(checks.set("snr"), Error);
  CHECK_THROWS_AS(checks.set("snr=a"), Error);
  CHECK_THROWS_AS(checks.set("snr=nan"), Error);
  CHECK_THROWS_AS(checks.set("sound=1"), Error);
}

TEST_CASE("every check and figure is argued") {
  const stats::Checks checks;
  for (const stats::Check& check : checks.table())
    CHECK(std::string(check.reason).size() > 20);
  for (const stats::AudioFigure& figure : stats::audio_figures())
    CHECK((figure.value == nullptr) != (figure.text == nullptr));
}

TEST_CASE("distribution: quantiles by rank") {
  std::vector<float> values(101);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<float>((i * 37) % 101);
  const stats::Distribution d = stats::distribution(values);
  CHECK(d.min == 0);
  CHECK(d.p5 == 5);
  CHECK(d.median == 50);
  CHECK(d.p95 == 95);
  CHECK(d.max == 100);
  CHECK(stats::distribution({}).count == 0);
  CHECK(stats::distribution({10, 1, 3, 2}).median == 2.5);
}

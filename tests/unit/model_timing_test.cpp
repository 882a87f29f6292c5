#include <algorithm>
#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "audio_file.hpp"
#include "model/tokenizer.hpp"
#include "timing_signal.hpp"

using namespace pairalign;
using namespace pairalign::model;
using test::make_timing_signal;
using test::TimingSignal;

namespace {

// Untrained, and looking two frames to either side: its embeddings are mixtures of the spectrum at
// hand, so its codes can only change where the sound does.
Model spectral_model() {
  ModelInfo info;
  info.encoder.width = 64;
  info.encoder.blocks = 1;
  info.encoder.kernel = 3;
  info.encoder.codes = 64;
  info.encoder.dimension = 32;
  nn::TensorTable table;
  const Encoder encoder(table, info.encoder);
  Random random(3);
  return {info, table.initialise(random)};
}

std::vector<std::uint32_t> token_starts_ms(const TokenizerOptions& options,
                                           const std::vector<float>& pcm) {
  const Model model = spectral_model();
  Tokenizer tokenizer(model, options);
  const test::AudioFile file(pcm);
  audio::Decoder decoder(file.path);
  return tokenizer.tokenize(decoder, "k")[0].starts_ms;
}

// The mean distance from an onset, moved by `shift_ms`, to the nearest start of a token; one that
// is not found counts as 60 ms.
double mean_distance_ms(const std::vector<double>& onsets_s, double shift_ms,
                        const std::vector<std::uint32_t>& starts_ms) {
  double sum = 0;
  for (const double onset : onsets_s) {
    double nearest = 60;
    for (const std::uint32_t start : starts_ms)
      nearest = std::min(nearest, std::abs(1000 * onset + shift_ms - start));
    sum += nearest;
  }
  return sum / static_cast<double>(onsets_s.size());
}

double level(const std::vector<float>& pcm, double start_s, double end_s) {
  const auto first = static_cast<std::size_t>(start_s * audio::kSampleRate);
  const auto last = static_cast<std::size_t>(end_s * audio::kSampleRate);
  double energy = 0;
  for (std::size_t i = first; i < last; ++i)
    energy += double{pcm[i]} * pcm[i];
  return std::sqrt(energy / static_cast<double>(last - first));
}

}  // namespace

TEST_CASE("the timing signal: lengths of sounds, full scale kept, pauses where they are said") {
  const TimingSignal signal = make_timing_signal(20, 1);
  double before = 0;
  for (const double onset : signal.onsets_s) {
    CHECK(onset - before >= test::kShortestSound - 1e-3);
    CHECK(onset - before <= test::kLongestSound + 1e-3);
    before = onset;
  }
  CHECK(signal.pcm.size() >= 20U * audio::kSampleRate);
  for (const float value : signal.pcm)
    REQUIRE(std::abs(value) < 1.0F);
  // It begins with a pause.
  const double first = signal.onsets_s[0];
  CHECK(level(signal.pcm, 0, first) < 1e-3);
  CHECK(level(signal.pcm, first, first + 0.03) > 0.02);
  CHECK(make_timing_signal(20, 1).pcm == signal.pcm);
  CHECK(make_timing_signal(20, 2).pcm != signal.pcm);
}

// Frames are 20 ms apart: the shift that fits best is none, within half a frame.
TEST_CASE("tokens start where sounds begin, not a frame earlier or later") {
  const TimingSignal signal = make_timing_signal(60, 7);
  TokenizerOptions vq, dpvq;
  dpvq.kind = TokenizerKind::dpvq;
  dpvq.penalty = 0.1;
  for (const TokenizerOptions& options : {vq, dpvq}) {
    CAPTURE(to_string(options.kind));
    const auto starts_ms = token_starts_ms(options, signal.pcm);
    const auto distance = [&](int shift_ms) {
      return mean_distance_ms(signal.onsets_s, shift_ms, starts_ms);
    };
    int best = -100;
    for (int shift_ms = -100; shift_ms <= 100; shift_ms += 5) {
      if (distance(shift_ms) < distance(best)) best = shift_ms;
    }
    CHECK(best >= -10);
    CHECK(best <= 10);
    // A minimum worth the name: far from the onsets, starts are as near as chance has it.
    CHECK(distance(best) < 0.75 * distance(best - 50));
    CHECK(distance(best) < 0.75 * distance(best + 50));
  }
}

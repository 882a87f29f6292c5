#include <algorithm>

#include <doctest/doctest.h>

#include "audio_file.hpp"
#include "base/error.hpp"
#include "model/segmenter.hpp"
#include "model/self_test.hpp"
#include "model/tokenizer.hpp"

using namespace pairalign;
using namespace pairalign::model;
using test::AudioFile;

namespace {

Model random_model() {
  ModelInfo info;
  info.encoder.width = 16;
  info.encoder.blocks = 2;
  info.encoder.codes = 32;
  info.encoder.dimension = 8;
  info.rate_curve = {{0.0, 40}, {0.1, 20}, {0.5, 10}};
  nn::TensorTable table;
  const Encoder encoder(table, info.encoder);
  Random random(3);
  return {info, table.initialise(random)};
}

// `seconds` of the self-test signal, repeated with a drift so that no two repetitions are alike.
std::vector<float> make_signal(double seconds) {
  const std::vector<float> base = self_test_signal();
  std::vector<float> pcm(static_cast<std::size_t>(seconds * audio::kSampleRate));
  Random random(5);
  for (std::size_t i = 0; i < pcm.size(); ++i) {
    pcm[i] = base[(i + i / base.size() * 777) % base.size()] +
             0.002F * static_cast<float>(random.normal());
  }
  return pcm;
}

std::vector<tokens::Record> run(const Model& model, const TokenizerOptions& options,
                                const std::vector<float>& pcm) {
  const AudioFile file(pcm);
  Tokenizer tokenizer(model, options);
  audio::Decoder decoder(file.path);
  return tokenizer.tokenize(decoder, "k");
}

std::vector<tokens::Record> run_on(const Model& model, TokenizerKind kind,
                                   const std::vector<float>& pcm) {
  TokenizerOptions options;
  options.kind = kind;
  return run(model, options, pcm);
}

// All frames in one forward pass, whatever the length of the recording.
std::vector<Segment> whole_at_once(const Model& model, Segmenter& segmenter,
                                   const std::vector<float>& pcm) {
  const audio::LogMel log_mel(model.info().features);
  FrameScorer scorer(model);
  const std::vector<float>& scores = scorer.score(log_mel.compute(pcm));
  std::vector<Segment> segments;
  for (std::size_t i = 0; i < scores.size(); i += 32)
    segmenter.push(&scores[i], segments);
  segmenter.finish(segments);
  return segments;
}

void check_same(const tokens::Record& record, const std::vector<Segment>& segments) {
  REQUIRE(record.tokens.size() == segments.size());
  REQUIRE(record.starts_ms.size() == segments.size());
  for (std::size_t i = 0; i < segments.size(); ++i) {
    REQUIRE(record.tokens[i] == segments[i].token);
    REQUIRE(record.starts_ms[i] == segments[i].first_frame * 20);
  }
}

}  // namespace

TEST_CASE("a recording encoded in pieces gives the string of one forward pass") {
  const Model model = random_model();
  for (const double seconds : {0.01, 1.0, 10.23, 10.25, 37.7}) {
    CAPTURE(seconds);
    const std::vector<float> pcm = make_signal(seconds);
    NearestCodeSegmenter nearest(32);
    const auto vq = run_on(model, TokenizerKind::vq, pcm);
    REQUIRE(vq.size() == 1);
    CHECK(vq[0].key == "k");
    CHECK(vq[0].seconds == doctest::Approx(seconds).epsilon(1e-3));
    check_same(vq[0], whole_at_once(model, nearest, pcm));
    DurationPenalisedSegmenter penalised(32, 0.2);
    TokenizerOptions options;
    options.kind = TokenizerKind::dpvq;
    options.penalty = 0.2;
    check_same(run(model, options, pcm)[0], whole_at_once(model, penalised, pcm));
  }
}

TEST_CASE("an empty recording is one record without tokens") {
  const auto records = run_on(random_model(), TokenizerKind::vq, {});
  REQUIRE(records.size() == 1);
  CHECK(records[0].seconds == 0);
  CHECK(records[0].tokens.empty());
}

TEST_CASE("the rate is looked up in the model's curve") {
  const Model model = random_model();
  const std::vector<float> pcm = make_signal(5);
  const auto tokens_at = [&](double rate) {
    TokenizerOptions options;
    options.kind = TokenizerKind::dpvq;
    options.rate = rate;
    return run(model, options, pcm)[0].tokens;
  };
  const auto tokens_with = [&](double penalty) {
    TokenizerOptions options;
    options.kind = TokenizerKind::dpvq;
    options.penalty = penalty;
    return run(model, options, pcm)[0].tokens;
  };
  CHECK(tokens_at(20) == tokens_with(0.1));
  CHECK(tokens_at(10) == tokens_with(0.5));
  CHECK(tokens_at(14.1421356) == tokens_with(0.3));  // halfway in log-rate
  CHECK_THROWS_WITH_AS(tokens_at(50), doctest::Contains("10.0 .. 40.0"), Error);
  CHECK_THROWS_AS(tokens_at(5), Error);
}

TEST_CASE("windows: a record each, with fragments, tokens those of the recording's frames") {
  const Model model = random_model();
  const std::vector<float> pcm = make_signal(7.1);
  TokenizerOptions options;
  options.window_s = 3;
  options.hop_s = 1.5;
  const auto records = run(model, options, pcm);
  REQUIRE(records.size() == 5);  // 0, 1.5, 3, 4.5 (2.6 s of it), 6 (1.1 s of it)
  CHECK(records[0].key == "k#t=0.00,3.00");
  CHECK(records[1].key == "k#t=1.50,4.50");
  CHECK(records[3].key == "k#t=4.50,7.10");
  CHECK(records[4].seconds == doctest::Approx(1.1));
  const tokens::Record whole = run_on(model, TokenizerKind::vq, pcm)[0];
  // Inside the window the tokens are the recording's: all but the first start where theirs do.
  for (const tokens::Record& record : records) {
    REQUIRE(record.starts_ms.front() == 0);
    const auto offset =
        static_cast<std::uint32_t>(std::lround(tokens::split_fragment(record.key).start_s * 1000));
    for (std::size_t i = 1; i < record.tokens.size(); ++i) {
      const auto at =
          std::find(whole.starts_ms.begin(), whole.starts_ms.end(), record.starts_ms[i] + offset);
      REQUIRE(at != whole.starts_ms.end());
      REQUIRE(whole.tokens[static_cast<std::size_t>(at - whole.starts_ms.begin())] ==
              record.tokens[i]);
    }
  }
}

TEST_CASE("a last window of less than half a hop is left out, a lone short one is kept") {
  const Model model = random_model();
  TokenizerOptions options;
  options.window_s = 3;
  options.hop_s = 3;
  CHECK(run(model, options, make_signal(4)).size() == 1);
  CHECK(run(model, options, make_signal(5)).size() == 2);
  CHECK(run(model, options, make_signal(0.5)).size() == 1);
}

TEST_CASE("options that make no sense are refused") {
  const Model model = random_model();
  const auto make = [&](const TokenizerOptions& options) { Tokenizer tokenizer(model, options); };
  TokenizerOptions options;
  options.window_s = 3;
  CHECK_THROWS_AS(make(options), Error);
  options.hop_s = 0.001;
  CHECK_THROWS_AS(make(options), Error);
  options = {};
  options.penalty = -1;
  CHECK_THROWS_AS(make(options), Error);
  CHECK_THROWS_AS(parse_tokenizer_kind("bpe"), Error);
}

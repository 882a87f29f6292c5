#include <doctest/doctest.h>

#include "model/decoding.hpp"
#include "model/model.hpp"
#include "model/segmenter.hpp"
#include "train/measures.hpp"

using namespace pairalign;
using namespace pairalign::model;

namespace {

struct Fixture {
  Fixture() {
    ModelInfo info;
    info.encoder.width = 16;
    info.encoder.blocks = 1;
    info.encoder.codes = 32;
    info.encoder.dimension = 8;
    info.decoder.emplace();
    info.decoder->width = 16;
    info.decoder->pointer_width = 8;
    nn::TensorTable table;
    const Encoder encoder(table, info.encoder);
    const Decoder decoder(table, *info.decoder, encoder);
    Random random(3);
    std::vector<float> parameters = table.initialise(random);
    decoder.initialise_from(encoder, parameters.data());
    model.emplace(info, parameters);
    std::vector<float> pcm = self_test_signal();
    store.add(pcm);
    pcm.resize(pcm.size() / 2);
    store.add(pcm);
    store.seal();
  }

  // Tokens per second over the first `recordings`, counted by `count` for the features of each.
  template <class Count>
  double rate(std::size_t recordings, Count count) const {
    const audio::LogMel log_mel(model->info().features);
    double tokens = 0, seconds = 0;
    for (std::size_t i = 0; i < recordings; ++i) {
      std::vector<float> pcm(static_cast<std::size_t>(store.size(i)));
      store.read(i, 0, store.size(i), pcm.data());
      FrameScorer scorer(*model);
      tokens += static_cast<double>(count(scorer, log_mel.compute(pcm)));
      seconds += static_cast<double>(pcm.size()) / audio::kSampleRate;
    }
    return tokens / seconds;
  }

  std::optional<Model> model;
  train::PcmStore store;
  ThreadPool pool{2};
};

void check_falling(const std::vector<RatePoint>& curve) {
  REQUIRE(curve.size() >= 3);
  for (std::size_t i = 1; i < curve.size(); ++i) {
    CHECK(curve[i].control > curve[i - 1].control);
    CHECK(curve[i].tokens_per_second < curve[i - 1].tokens_per_second);
  }
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "the curve of the decoder: its strings at each penalty of the path") {
  const auto curve = train::measure_rate_curve(*model, TokenizerKind::pairalign, store, 100, pool);
  check_falling(curve);
  for (const RatePoint& point : curve) {
    CHECK(rate(2, [&](FrameScorer& scorer, const std::vector<float>& features) {
            const std::vector<float>& frames = scorer.encode(features);
            const int count = static_cast<int>(frames.size()) / 16;
            DecoderMemory::Cache memory;
            model->decoder()->memory().forward(model->weights(), frames.data(), {count}, memory,
                                               point.control);
            FreeDecoder decoder(*model->decoder(), {});
            return merge_repeats(decoder.decode(model->weights(), memory, {{0, count}})[0].tokens)
                .size();
          }) == doctest::Approx(point.tokens_per_second));
  }
}

TEST_CASE_FIXTURE(Fixture, "the curve of dpvq, over no more recordings than were asked for") {
  const auto curve = train::measure_rate_curve(*model, TokenizerKind::dpvq, store, 1, pool);
  check_falling(curve);
  for (const RatePoint& point : curve) {
    CHECK(rate(1, [&](FrameScorer& scorer, const std::vector<float>& features) {
            DurationPenalisedSegmenter segmenter(32, point.control);
            std::vector<Segment> segments;
            const std::vector<float>& scores = scorer.score(features);
            for (std::size_t i = 0; i < scores.size(); i += 32)
              segmenter.push(&scores[i], segments);
            segmenter.finish(segments);
            return segments.size();
          }) == doctest::Approx(point.tokens_per_second));
  }
}

TEST_CASE("the control for a rate: straight in log-rate between points, nothing beyond them") {
  const std::vector<RatePoint> curve = {{0.1, 40}, {0.3, 10}};
  CHECK(control_for_rate(curve, 40) == doctest::Approx(0.1));
  CHECK(control_for_rate(curve, 20) == doctest::Approx(0.2));
  CHECK(control_for_rate(curve, 10) == doctest::Approx(0.3));
  CHECK_THROWS(control_for_rate(curve, 41));
  CHECK_THROWS(control_for_rate(curve, 9));
  CHECK_THROWS(control_for_rate({}, 10));
  CHECK(control_for_rate({{0.1, 40}}, 40) == 0.1);
  CHECK_THROWS(control_for_rate({{0.1, 40}}, 39));
}

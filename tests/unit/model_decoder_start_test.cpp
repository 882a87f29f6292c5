// What a decoder does before any training, set out by Decoder::initialise_from.
#include <algorithm>
#include <cmath>
#include <numeric>

#include <doctest/doctest.h>

#include "model/decoding.hpp"
#include "model/segmenter.hpp"
#include "model_decoder_fixture.hpp"

using namespace pairalign;
using namespace pairalign::model;
using namespace pairalign::test;

namespace {

// Of frame t to each code, as the geometric tokenizer compares them.
Values cosines(const DecoderFixture& f, const Values& p, int t) {
  const nn::Linear& projection = f.encoder.projection();
  Values u(6), similarity(12);
  for (int d = 0; d < 6; ++d) {
    u[d] = p[projection.bias + d];
    for (int c = 0; c < 16; ++c)
      u[d] += f.frames[area(t, 16) + c] * p[projection.weight + area(c, 6) + d];
  }
  for (int code = 0; code < 12; ++code) {
    for (int d = 0; d < 6; ++d)
      similarity[code] += u[d] * p[f.encoder.codebook() + area(code, 6) + d] /
                          static_cast<float>(std::sqrt(dot(u, u)));
  }
  return similarity;
}

// A decoder as training finds it, over sounds of 8 to 27 frames, each near one code.
struct UntrainedFixture : DecoderFixture {
  static DecoderConfig config() {
    DecoderConfig config = small_decoder_with_path();
    config.look_back = 16;
    config.look_ahead = 32;
    config.longest = 25;
    config.pointer_width = 64;
    config.copy_temperature = 0.07;
    return config;
  }

  UntrainedFixture() : DecoderFixture(config()) {
    const auto codebook = static_cast<std::ptrdiff_t>(encoder.codebook());
    Values p = table.initialise(random);
    std::copy_n(parameters.begin() + codebook, 12 * 6, p.begin() + codebook);
    decoder.initialise_from(encoder, p.data());
    parameters = p;
    frame_count = 2000;
    frames.clear();
    for (int code = 0, left = 0, t = 0; t < frame_count; ++t, --left) {
      if (left == 0) {
        code = (code + 1 + static_cast<int>(random.below(11))) % 12;
        left = 8 + static_cast<int>(random.below(20));
      }
      for (int c = 0; c < 16; ++c) {
        double value = 0.2 * random.normal();
        for (int d = 0; d < 6; ++d) {
          value += 4.0 * p[encoder.projection().weight + area(c, 6) + d] *
                   p[encoder.codebook() + area(code, 6) + d];
        }
        frames.push_back(static_cast<float>(value));
      }
    }
  }
};

// Levenshtein distance of the tokens.
std::size_t distance(const std::vector<Segment>& a, const std::vector<DecodedToken>& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0U);
  for (const Segment& segment : a) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 1; j < row.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min(
          {above + 1, row[j - 1] + 1, diagonal + (segment.token == b[j - 1].token ? 0U : 1U)});
      diagonal = above;
    }
  }
  return row.back();
}

}  // namespace

TEST_CASE_FIXTURE(DecoderFixture, "at first a step copies the nearest codes at its anchor") {
  Values p = table.initialise(random);
  std::copy_n(parameters.begin() + encoder.codebook(), 12 * 6, p.begin() + encoder.codebook());
  decoder.initialise_from(encoder, p.data());
  Pass pass;
  double copied = 0, near = 0;
  const int anchors = 10;
  for (int anchor = 0; anchor < anchors; ++anchor) {
    DecoderBatch step;
    step.sequences = {{1, 0, frame_count}};
    step.inputs = {decoder.bos()};
    step.anchors = {anchor};
    step.tokens = {decoder.eos()};
    forward(p, frames, step, pass);
    copied += pass.steps.gate[0] / anchors;
    for (int j = 3; j < 7; ++j)
      near += pass.steps.pointer[j] / anchors;
  }
  CHECK(copied > 0.75);
  CHECK(near > 0.8);
  // Each frame's posterior ranks the codes as the geometric tokenizer does.
  for (int t = 0; t < frame_count; ++t) {
    const float* posterior = pass.memory.posteriors.data() + area(t, 12);
    CHECK(nearest_code(posterior, 12) == nearest_code(cosines(*this, p, t).data(), 12));
  }
}

// Not exactly: the random queries of the untrained pointers move some of them, and the end of a
// short run has to share its mass with the ends of those that follow.
TEST_CASE_FIXTURE(UntrainedFixture, "at first a string is nearly that of duration-penalised VQ") {
  DurationPenalisedSegmenter segmenter(12, decoder.config().segment_penalty);
  std::vector<Segment> expected;
  for (int t = 0; t < frame_count; ++t)
    segmenter.push(cosines(*this, parameters, t).data(), expected);
  segmenter.finish(expected);

  DecoderMemory::Cache memory;
  const nn::Weights weights(parameters.data(), Precision::f32);
  decoder.memory().forward(weights, frames.data(), {frame_count}, memory);
  REQUIRE(memory.runs.size() == expected.size() + 1);
  for (std::size_t i = 0; i < expected.size(); ++i)
    REQUIRE(memory.runs[i] == expected[i].first_frame);

  FreeDecoder free_decoder(decoder, {});
  const auto raw = free_decoder.decode(weights, memory, {{0, frame_count}});
  const auto decoded = merge_repeats(raw[0].tokens);
  int on_path = 0;
  for (const DecodedToken& token : decoded)
    on_path += std::binary_search(memory.runs.begin(), memory.runs.end(), token.first_frame);
  const auto count = static_cast<double>(decoded.size());
  CHECK(distance(expected, decoded) < 0.1 * count);
  CHECK(on_path > 0.9 * count);
}

#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "model/stretches.hpp"
#include "nn_gradient.hpp"

using namespace pairalign;
using namespace pairalign::model;
using Values = std::vector<float>;

namespace {

constexpr int kWidth = 16;

Model random_model() {
  ModelInfo info;
  info.encoder.width = kWidth;
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
  Values parameters = table.initialise(random);
  decoder.initialise_from(encoder, parameters.data());
  return {info, parameters};
}

struct Fixture {
  Model model = random_model();
  Random random{7};

  // Frames that last a while, as those of speech do.
  Values make_frames(int count) {
    Values frames, sound;
    for (int t = 0; t < count; ++t) {
      if (t == 0 || random.chance(0.15)) sound = test::random_values(kWidth, random);
      for (const float value : sound)
        frames.push_back(value + 0.1F * static_cast<float>(random.normal()));
    }
    return frames;
  }

  std::vector<DecodedToken> decode(const Values& frames, int first, int last) const {
    const float* p = model.parameters().data();
    DecoderMemory::Cache memory;
    model.decoder()->memory().forward(p, frames.data(), static_cast<int>(frames.size()) / kWidth,
                                      nn::Precision::f32, memory);
    FreeDecoder decoder(*model.decoder(), {});
    return merge_repeats(decoder.decode(p, memory, {{first, last - first, 0}})[0].tokens);
  }

  static void feed(StretchTokenizer& stretches, const Values& frames, int first, int last) {
    for (int t = first; t < last; ++t)
      stretches.take(frames.data() + static_cast<std::ptrdiff_t>(t) * kWidth);
  }
};

void check_same(const std::vector<Segment>& got, const std::vector<DecodedToken>& expected) {
  REQUIRE(got.size() == expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    REQUIRE(got[i].token == expected[i].token);
    REQUIRE(got[i].first_frame == expected[i].first_frame);
  }
}

std::vector<DecodedToken> string_of(std::vector<std::array<int, 3>> tokens) {
  std::vector<DecodedToken> result;
  for (const auto& [token, first, end] : tokens)
    result.push_back({static_cast<tokens::Token>(token), first, end, 0, 0});
  return result;
}

std::vector<int> joined(std::vector<DecodedToken> string, const std::vector<DecodedToken>& next) {
  append_overlapping(next, string);
  std::vector<int> flat;
  for (const DecodedToken& token : string)
    flat.insert(flat.end(), {token.token, token.first_frame, token.end_frame});
  return flat;
}

}  // namespace

TEST_CASE("strings are joined at the last token that both end alike") {
  const auto string = string_of({{1, 0, 4}, {2, 4, 8}, {3, 8, 12}, {4, 12, 16}, {5, 16, 20}});
  CHECK(joined(string, string_of({{9, 3, 8}, {3, 8, 12}, {4, 12, 16}, {6, 16, 19}, {7, 19, 30}})) ==
        std::vector<int>{1, 0, 4, 2, 4, 8, 3, 8, 12, 4, 12, 16, 6, 16, 19, 7, 19, 30});
  // The same end with another token, and the same token with another end, are no such place.
  CHECK(joined(string, string_of({{8, 7, 12}, {4, 12, 15}, {5, 15, 20}, {6, 20, 30}})) ==
        std::vector<int>{1, 0, 4, 2, 4, 8, 3, 8, 12, 4, 12, 16, 5, 16, 20, 6, 20, 30});
  CHECK(joined(string, string_of({{3, 7, 12}, {4, 12, 17}, {6, 17, 30}})) ==
        std::vector<int>{1, 0, 4, 2, 4, 8, 3, 8, 12, 4, 12, 17, 6, 17, 30});
}

TEST_CASE("strings that agree nowhere are joined where the gap is smallest") {
  const auto string = string_of({{1, 0, 4}, {2, 4, 8}, {3, 8, 12}, {4, 12, 20}});
  CHECK(joined(string, string_of({{9, 7, 13}, {8, 13, 18}, {7, 18, 30}})) ==
        std::vector<int>{1, 0, 4, 2, 4, 8, 3, 8, 12, 8, 13, 18, 7, 18, 30});
  CHECK(joined(string, string_of({{9, 7, 21}})) == std::vector<int>{1, 0, 4, 9, 7, 21});
  CHECK(joined(string, string_of({{9, 30, 31}})) ==
        std::vector<int>{1, 0, 4, 2, 4, 8, 3, 8, 12, 4, 12, 20, 9, 30, 31});
  CHECK(joined(string, {}).size() == 12);
  CHECK(joined({}, string).size() == 12);
}

TEST_CASE_FIXTURE(Fixture, "a short recording is decoded as it is, one after the other") {
  DecodedStretches stretches(model, {});
  for (const int count : {0, 1, 40, 999, 1000, 1020}) {
    CAPTURE(count);
    const Values frames = make_frames(count);
    stretches.start();
    stretches.open();
    feed(stretches, frames, 0, count);
    stretches.close();
    const auto strings = stretches.finish();
    REQUIRE(strings.size() == 1);
    if (count <= DecodedStretches::kPartFrames) check_same(strings[0], decode(frames, 0, count));
    CHECK(strings[0].empty() == (count == 0));
  }
}

TEST_CASE_FIXTURE(Fixture, "the string of parts is that of one walk over the whole") {
  constexpr int kFrames = 12345;
  const Values frames = make_frames(kFrames);
  DecodedStretches stretches(model, {});
  stretches.start();
  stretches.open();
  feed(stretches, frames, 0, kFrames);
  stretches.close();
  check_same(stretches.finish()[0], decode(frames, 0, kFrames));
}

TEST_CASE_FIXTURE(Fixture, "windows are decoded by themselves, whether they overlap or lie apart") {
  constexpr int kFrames = 2000;
  const Values frames = make_frames(kFrames);
  DecodedStretches stretches(model, {});
  for (const int hop : {1, 40, 150, 700}) {
    CAPTURE(hop);
    constexpr int kWindow = 150;
    const int count = std::min(40, (kFrames - kWindow) / hop);
    stretches.start();
    int opened = 0, closed = 0;
    for (int t = 0; closed < count; ++t) {
      if (t == closed * hop + kWindow) {
        stretches.close();
        ++closed;
      }
      if (opened < count && t == opened * hop) {
        stretches.open();
        ++opened;
      }
      feed(stretches, frames, t, t + 1);
    }
    const auto strings = stretches.finish();
    REQUIRE(static_cast<int>(strings.size()) == count);
    for (int i = 0; i < count; ++i) {
      CAPTURE(i);
      check_same(strings[static_cast<std::size_t>(i)], decode(frames, i * hop, i * hop + kWindow));
    }
  }
}

TEST_CASE_FIXTURE(Fixture, "what was under way when a recording failed leaves no trace") {
  const Values frames = make_frames(300);
  DecodedStretches stretches(model, {});
  stretches.start();
  stretches.open();
  feed(stretches, frames, 50, 200);
  stretches.start();
  stretches.open();
  feed(stretches, frames, 0, 300);
  stretches.close();
  const auto strings = stretches.finish();
  REQUIRE(strings.size() == 1);
  check_same(strings[0], decode(frames, 0, 300));
}

#include <algorithm>
#include <cmath>
#include <memory>

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
  // What a step sees of the path shows in all it does.
  const nn::TensorInfo& boundary = *table.find("decoder.memory_boundary");
  for (std::size_t i = 0; i < boundary.size; ++i)
    parameters[boundary.offset + i] += 4 * static_cast<float>(random.normal());
  return {info, parameters};
}

struct Fixture {
  Model model = random_model();
  DecodeOptions options;
  Random random{7};

  // Frames that last a while, as those of speech do. The more noise, the less clear the runs of the
  // decoder's path, and the further it reaches.
  Values make_frames(int count, double noise = 0.1) {
    Values frames, sound;
    for (int t = 0; t < count; ++t) {
      if (t == 0 || random.chance(0.15)) sound = test::random_values(kWidth, random);
      for (const float value : sound)
        frames.push_back(value + static_cast<float>(noise * random.normal()));
    }
    return frames;
  }

  std::vector<DecodedToken> decode(const Values& frames, int first, int last) const {
    DecoderMemory::Cache memory;
    model.decoder()->memory().forward(model.weights(), frames.data(),
                                      {static_cast<int>(frames.size()) / kWidth}, memory,
                                      options.segment_penalty);
    FreeDecoder decoder(*model.decoder(), options);
    return merge_repeats(
        decoder.decode(model.weights(), memory, {{first, last - first}})[0].tokens);
  }

  static void feed(StretchTokenizer& stretches, const Values& frames, int first, int last) {
    for (int t = first; t < last; ++t)
      stretches.take(frames.data() + static_cast<std::ptrdiff_t>(t) * kWidth);
  }
};

// The end of the only recording.
StretchStrings finish(StretchTokenizer& stretches) {
  stretches.finish();
  std::vector<StretchStrings> strings = stretches.strings();
  REQUIRE(strings.size() == 1);
  return strings[0];
}

void check_same(const std::vector<Segment>& got, const std::vector<DecodedToken>& expected) {
  REQUIRE(got.size() == expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    REQUIRE(got[i].token == expected[i].token);
    REQUIRE(got[i].first_frame == expected[i].first_frame);
  }
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "the string is that of one walk, whatever the length") {
  const auto made = decoded_stretches(model, options);
  StretchTokenizer& stretches = *made;
  for (const int count : {0, 1, 40, 1999, 2000, 2031, 4000, 6543}) {
    CAPTURE(count);
    const Values frames = make_frames(count);
    stretches.start();
    stretches.open();
    feed(stretches, frames, 0, count);
    stretches.close();
    const auto strings = finish(stretches);
    REQUIRE(strings.size() == 1);
    check_same(strings[0], decode(frames, 0, count));
    CHECK(strings[0].empty() == (count == 0));
  }
}

TEST_CASE_FIXTURE(Fixture, "the path is that of the recording, however it is cut into blocks") {
  constexpr int kFrames = 60000;
  const Values frames = make_frames(kFrames, 0.7);
  std::size_t tokens = kFrames;
  for (const double penalty : {0.2, 0.45, 1.0}) {
    CAPTURE(penalty);
    options.segment_penalty = penalty;
    const auto made = decoded_stretches(model, options);
    StretchTokenizer& stretches = *made;
    stretches.start();
    stretches.open();
    feed(stretches, frames, 0, kFrames);
    stretches.close();
    const auto strings = finish(stretches);
    REQUIRE(strings.size() == 1);
    check_same(strings[0], decode(frames, 0, kFrames));
    CHECK(strings[0].size() < tokens);
    tokens = strings[0].size();
  }
}

TEST_CASE_FIXTURE(Fixture, "windows are decoded by themselves, whether they overlap or lie apart") {
  constexpr int kFrames = 5000;
  const Values frames = make_frames(kFrames, 0.7);
  const auto made = decoded_stretches(model, {});
  StretchTokenizer& stretches = *made;
  for (const int hop : {1, 40, 150, 1700}) {
    CAPTURE(hop);
    constexpr int kWindow = 150;
    const int count = std::min(40, (kFrames - kWindow) / hop);
    stretches.start();
    int opened = 0, closed = 0;
    for (int t = 0; t < kFrames; ++t) {
      if (closed < opened && t == closed * hop + kWindow) {
        stretches.close();
        ++closed;
      }
      if (opened < count && t == opened * hop) {
        stretches.open();
        ++opened;
      }
      feed(stretches, frames, t, t + 1);
    }
    const auto strings = finish(stretches);
    REQUIRE(static_cast<int>(strings.size()) == count);
    for (int i = 0; i < count; ++i) {
      CAPTURE(i);
      check_same(strings[static_cast<std::size_t>(i)], decode(frames, i * hop, i * hop + kWindow));
    }
  }
}

TEST_CASE_FIXTURE(Fixture,
                  "recordings side by side: each as by itself, those that failed left out") {
  constexpr int kFails = -1;
  const auto made = decoded_stretches(model, options);
  StretchTokenizer& stretches = *made;
  std::vector<Values> all;
  const auto add = [&](int count, int fails_after) {
    CAPTURE(count);
    const Values frames = make_frames(count);
    stretches.start();
    stretches.open();
    feed(stretches, frames, 0, fails_after == kFails ? count : fails_after);
    if (fails_after != kFails) return;
    stretches.close();
    stretches.finish();
    all.push_back(frames);
  };
  CHECK(stretches.strings().empty());
  for (int round = 0; round < 2; ++round) {
    all.clear();
    for (const int count : {300, 0, 40, 1, 600})
      add(count, kFails);
    CHECK_FALSE(stretches.full());
    add(100, 70);
    add(4000, 2100);  // its walk had begun
    add(59, kFails);
    CHECK(stretches.full());
    add(4100, kFails);
    add(4000, 2100);
    for (const int count : {1999, 2000, 30})
      add(count, kFails);
    const std::vector<StretchStrings> strings = stretches.strings();
    REQUIRE(strings.size() == all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
      CAPTURE(i);
      REQUIRE(strings[i].size() == 1);
      const int count = static_cast<int>(all[i].size()) / kWidth;
      check_same(strings[i][0], decode(all[i], 0, count));
    }
  }
}

TEST_CASE_FIXTURE(Fixture, "short recordings wait for others, a long one does not") {
  const auto made = decoded_stretches(model, options);
  StretchTokenizer& stretches = *made;
  const auto full_after = [&](int count) {
    stretches.start();
    stretches.open();
    feed(stretches, make_frames(count), 0, count);
    stretches.close();
    stretches.finish();
    return stretches.full();
  };
  CHECK_FALSE(full_after(0));
  CHECK_FALSE(full_after(999));
  CHECK(full_after(1));
  stretches.strings();
  CHECK_FALSE(stretches.full());
  CHECK(full_after(2000));
  CHECK(segmented_stretches([] { return std::make_unique<NearestCodeSegmenter>(32); })->full());
}

TEST_CASE_FIXTURE(Fixture, "what was under way when a recording failed leaves no trace") {
  const Values frames = make_frames(300);
  const auto made = decoded_stretches(model, {});
  StretchTokenizer& stretches = *made;
  stretches.start();
  stretches.open();
  feed(stretches, frames, 50, 200);
  stretches.start();
  stretches.open();
  feed(stretches, frames, 0, 300);
  stretches.close();
  const auto strings = finish(stretches);
  REQUIRE(strings.size() == 1);
  check_same(strings[0], decode(frames, 0, 300));
}

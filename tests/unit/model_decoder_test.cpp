#include <cmath>
#include <functional>

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "model_decoder_fixture.hpp"
#include "model_decoder_oracle.hpp"

using namespace pairalign;
using namespace pairalign::model;
using namespace pairalign::test;

namespace {

struct PathFixture : DecoderFixture {
  PathFixture() : DecoderFixture(small_decoder_with_path()) {}
};

Decoder::OutputGradients random_gradients(const DecoderFixture& f, Random& random) {
  Decoder::OutputGradients d;
  d.probabilities = random_values(area(f.rows(), f.decoder.outputs()), random);
  d.pointer = random_values(area(f.rows(), f.decoder.window()), random);
  d.ends = random_values(area(f.rows(), f.decoder.config().longest), random);
  return d;
}

// Whether the outputs depend on a tensor in a way that training follows: the codebook is held fixed
// by design, and nothing reads the encoder's own layers, nor a boundary where there is no path.
bool is_trained(const DecoderFixture& f, const std::string& tensor) {
  if (tensor == "decoder.memory_boundary") return f.decoder.config().segment_penalty > 0;
  return tensor.rfind("decoder.", 0) == 0;
}

// Gradients of a random functional of all outputs, against finite differences: each tensor of the
// decoder by itself, so that a large one does not hide a small one, and the frames. The path of the
// memory must stand still under them, as it moves in jumps.
void check_gradients(DecoderFixture& f) {
  const Decoder::OutputGradients up = random_gradients(f, f.random);
  DecoderFixture::Pass pass;
  f.forward(f.parameters, f.frames, f.batch, pass);
  Values g(f.table.size());
  f.decoder.memory().clear_gradients(pass.memory);
  Decoder::OutputGradients d = up;
  f.decoder.backward(f.parameters.data(), f.batch, pass.memory, d, g.data(), pass.steps);
  f.decoder.memory().backward(f.parameters.data(), g.data(), pass.memory);

  const auto loss = [&](const Values& p, const Values& frames) {
    DecoderFixture::Pass trial;
    f.forward(p, frames, f.batch, trial);
    REQUIRE(trial.memory.runs == pass.memory.runs);
    return dot(trial.steps.probabilities, up.probabilities) + dot(trial.steps.pointer, up.pointer) +
           dot(trial.steps.ends, up.ends);
  };
  for (const nn::TensorInfo& tensor : f.table.tensors()) {
    CAPTURE(tensor.name);
    const auto begin = static_cast<std::ptrdiff_t>(tensor.offset);
    const auto end = begin + static_cast<std::ptrdiff_t>(tensor.size);
    const Values gradient(g.begin() + begin, g.begin() + end);
    if (!is_trained(f, tensor.name)) {
      CHECK(gradient == Values(tensor.size));
      continue;
    }
    const Values at(f.parameters.begin() + begin, f.parameters.begin() + end);
    check_gradient(
        at, gradient,
        [&](const Values& values) {
          Values p = f.parameters;
          std::copy(values.begin(), values.end(), p.begin() + begin);
          return loss(p, f.frames);
        },
        f.random);
  }
  check_gradient(
      f.frames, pass.memory.dframes,
      [&](const Values& frames) { return loss(f.parameters, frames); }, f.random);
}

}  // namespace

TEST_CASE("gradients of all tensors and of the frames") {
  SUBCASE("with copy and summary") {
    DecoderFixture f;
    check_gradients(f);
  }
  SUBCASE("without copy") {
    DecoderConfig config = small_decoder();
    config.copy = false;
    DecoderFixture f(config);
    check_gradients(f);
  }
  SUBCASE("without summary") {
    DecoderConfig config = small_decoder();
    config.summary = false;
    DecoderFixture f(config);
    check_gradients(f);
  }
  SUBCASE("with a path") {
    DecoderFixture f(small_decoder_with_path());
    check_gradients(f);
  }
  SUBCASE("with steps whose self-attention is left out") {
    DecoderFixture f;
    f.batch.self_dropped = {0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 1};
    check_gradients(f);
  }
}

// The posteriors have a small part in the gradients above.
TEST_CASE("gradient of the posteriors") {
  DecoderConfig config = small_decoder();
  SUBCASE("of frames by themselves") {}
  SUBCASE("of runs, in several sequences") {
    config = small_decoder_with_path();
  }
  DecoderFixture f(config);
  DecoderMemory::Cache cache;
  const DecoderMemory& memory = f.decoder.memory();
  const auto posteriors = [&](const Values& p, const Values& frames) {
    memory.forward({p.data(), Precision::f32}, frames.data(), {11, 6}, cache);
    return cache.posteriors;
  };
  const Values up = random_values(posteriors(f.parameters, f.frames).size(), f.random);
  const std::vector<int> runs = cache.runs;
  Values g(f.table.size());
  memory.clear_gradients(cache);
  cache.dposteriors = up;
  memory.backward(f.parameters.data(), g.data(), cache);
  const Values dframes = cache.dframes;
  const auto loss = [&](const Values& p, const Values& frames) {
    const double value = dot(posteriors(p, frames), up);
    REQUIRE(cache.runs == runs);
    return value;
  };
  check_gradient(
      f.frames, dframes, [&](const Values& frames) { return loss(f.parameters, frames); },
      f.random);
  const auto codebook = static_cast<std::ptrdiff_t>(f.encoder.codebook());
  check_gradient(
      f.parameters, g,
      [&](const Values& p) {
        Values fixed_codebook = p;
        std::copy_n(f.parameters.begin() + codebook, 12 * 6, fixed_codebook.begin() + codebook);
        return loss(fixed_codebook, f.frames);
      },
      f.random);
}

namespace {

void check_close(const float* got, const Doubles& expected) {
  for (std::size_t i = 0; i < expected.size(); ++i)
    REQUIRE(std::abs(got[i] - expected[i]) < 2e-5);
}

void check_against_oracle(const DecoderFixture& f) {
  DecoderFixture::Pass pass;
  f.forward(f.parameters, f.frames, f.batch, pass);
  int row = 0;
  for (const DecoderSequence& sequence : f.batch.sequences) {
    DecoderOracle oracle(f, sequence);
    for (int i = 0; i < sequence.steps; ++i, ++row) {
      CAPTURE(row);
      const auto r = static_cast<std::size_t>(row);
      const DecoderOracle::Step expected =
          oracle.step(f.batch.inputs[r], f.batch.anchors[r], f.batch.tokens[r]);
      check_close(pass.steps.probabilities.data() + area(row, f.decoder.outputs()),
                  expected.probabilities);
      check_close(pass.steps.pointer.data() + area(row, f.decoder.window()), expected.pointer);
      check_close(pass.steps.ends.data() + area(row, f.decoder.config().longest), expected.ends);
    }
  }
}

// Values of one step.
Values row_of(const Values& values, int row, int cols) {
  const auto begin = values.begin() + static_cast<std::ptrdiff_t>(area(row, cols));
  return {begin, begin + cols};
}

bool same_step(const DecoderFixture& f, const Decoder::Cache& a, int row_a, const Decoder::Cache& b,
               int row_b, bool with_ends = true) {
  const auto near = [](const Values& x, const Values& y) {
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (!(std::abs(x[i] - y[i]) < 1e-5F)) return false;
    }
    return x.size() == y.size();
  };
  const int outputs = f.decoder.outputs(), window = f.decoder.window();
  const int longest = f.decoder.config().longest;
  return near(row_of(a.probabilities, row_a, outputs), row_of(b.probabilities, row_b, outputs)) &&
         near(row_of(a.pointer, row_a, window), row_of(b.pointer, row_b, window)) &&
         (!with_ends || near(row_of(a.ends, row_a, longest), row_of(b.ends, row_b, longest)));
}

// A recording of `frames` frames and one string of it.
DecoderBatch one_string(const DecoderFixture& f, int frames, const std::vector<int>& tokens,
                        const std::vector<int>& anchors) {
  DecoderBatch batch;
  batch.sequences = {{static_cast<int>(tokens.size()) + 1, 0, frames}};
  batch.inputs = tokens;
  batch.inputs.insert(batch.inputs.begin(), f.decoder.bos());
  batch.tokens = tokens;
  batch.tokens.push_back(f.decoder.eos());
  batch.anchors = anchors;
  return batch;
}

}  // namespace

TEST_CASE("outputs follow the formulas") {
  DecoderConfig config = small_decoder();
  SUBCASE("with copy and summary") {}
  SUBCASE("without copy") {
    config.copy = false;
  }
  SUBCASE("without summary") {
    config.summary = false;
  }
  SUBCASE("with one layer and one head") {
    config.layers = config.heads = 1;
  }
  SUBCASE("with a path") {
    config = small_decoder_with_path();
  }
  check_against_oracle(DecoderFixture(config));
}

TEST_CASE_FIXTURE(PathFixture, "a path begins anew with each sequence") {
  const DecoderMemory& memory = decoder.memory();
  frames = random_values(area(60, 16), random);
  DecoderMemory::Cache all, part;
  memory.forward({parameters.data(), Precision::f32}, frames.data(), {25, 0, 34, 1}, all);
  std::vector<int> expected;
  for (const auto& [first, count] : {std::pair(0, 25), std::pair(25, 34), std::pair(59, 1)}) {
    memory.forward({parameters.data(), Precision::f32}, frames.data() + area(first, 16), {count},
                   part);
    for (std::size_t i = 0; i + 1 < part.runs.size(); ++i)
      expected.push_back(first + part.runs[i]);
  }
  expected.push_back(60);
  CHECK(all.runs == expected);
  CHECK(all.runs.size() > 10);  // neither few runs nor every frame by itself
  CHECK(all.runs.size() < 50);
}

TEST_CASE_FIXTURE(DecoderFixture, "a step whose window holds frames gives probabilities") {
  Pass pass;
  forward(parameters, frames, batch, pass);
  for (int r = 0; r < rows(); ++r) {
    double total = 0, ends = 0;
    for (const float p : row_of(pass.steps.probabilities, r, decoder.outputs()))
      total += p;
    for (const float p : row_of(pass.steps.ends, r, decoder.config().longest))
      ends += p;
    // The last string is of an empty recording: nothing can be copied.
    const float gate = pass.steps.gate[static_cast<std::size_t>(r)];
    CHECK(total == doctest::Approx(r == rows() - 1 ? 1 - gate : 1));
    CHECK(ends ==
          doctest::Approx(batch.tokens[static_cast<std::size_t>(r)] == decoder.eos() ? 0 : 1));
  }
}

TEST_CASE_FIXTURE(DecoderFixture, "no step depends on a later one, or on another string") {
  Pass before, after;
  forward(parameters, frames, batch, before);
  batch.inputs[3] = 9;
  batch.anchors[3] = 5;
  batch.tokens[3] = 1;
  forward(parameters, frames, batch, after);
  for (int r = 0; r < rows(); ++r)
    CHECK(same_step(*this, before.steps, r, after.steps, r) == (r != 3 && r != 4));
}

TEST_CASE_FIXTURE(DecoderFixture, "what a step writes tells upon its end alone") {
  Pass before, after;
  forward(parameters, frames, batch, before);
  batch.tokens[1] = 8;
  forward(parameters, frames, batch, after);
  CHECK(same_step(*this, before.steps, 1, after.steps, 1, false));
  CHECK_FALSE(same_step(*this, before.steps, 1, after.steps, 1, true));
}

TEST_CASE_FIXTURE(DecoderFixture, "a left-out self-attention forgets the steps before") {
  batch.self_dropped.assign(batch.inputs.size(), 1);
  Pass before, after;
  forward(parameters, frames, batch, before);
  batch.inputs[1] = 9;
  forward(parameters, frames, batch, after);
  for (int r = 0; r < rows(); ++r)
    CHECK(same_step(*this, before.steps, r, after.steps, r) == (r != 1));
}

TEST_CASE_FIXTURE(DecoderFixture, "a step sees the frames of its window and no others") {
  const int anchor = 8;
  const DecoderBatch step = one_string(*this, frame_count, {}, {anchor});
  Pass before, after;
  forward(parameters, frames, step, before);
  for (int t = 0; t < frame_count; ++t) {
    CAPTURE(t);
    Values changed = frames;
    changed[area(t, 16)] += 1;
    forward(parameters, changed, step, after);
    const bool seen =
        t >= anchor - decoder.config().look_back && t < anchor + decoder.config().look_ahead;
    CHECK(same_step(*this, before.steps, 0, after.steps, 0) == !seen);
  }
}

TEST_CASE_FIXTURE(DecoderFixture, "the same frames later in a recording give the same string") {
  // The second string writes others first, in frames of its own. Two layers that each see two steps
  // back remember four of those, and the windows of the steps compared lie inside the shared part.
  const int shift = 9;
  const std::vector<int> tokens = {4, 4, 1, 0, 7, 2, 9}, anchors = {3, 4, 4, 6, 8, 9, 10, 11};
  std::vector<int> late_tokens = {11, 6, 5}, late_anchors = {0, 5, 7};
  late_tokens.insert(late_tokens.end(), tokens.begin(), tokens.end());
  for (const int anchor : anchors)
    late_anchors.push_back(anchor + shift);
  Values late_frames = random_values(area(shift, 16), random);
  late_frames.insert(late_frames.end(), frames.begin(), frames.end());
  Pass early, late;
  forward(parameters, frames, one_string(*this, frame_count, tokens, anchors), early);
  forward(parameters, late_frames,
          one_string(*this, frame_count + shift, late_tokens, late_anchors), late);
  for (int i = 0; i < 8; ++i) {
    CAPTURE(i);
    CHECK(same_step(*this, early.steps, i, late.steps, i + 3) == (i > 4));
  }
}

TEST_CASE_FIXTURE(PathFixture, "step by step, with kept keys, as all at once") {
  Pass all;
  forward(parameters, frames, batch, all);
  // The strings go on together, as a beam does: each has five rows of the history for its steps.
  const int longest = 5;
  const auto count = static_cast<int>(batch.sequences.size());
  Decoder::Cache cache;
  cache.history.assign(2, Values(area(count * longest, 2 * decoder.config().width)));
  for (int i = 0; i < longest; ++i) {
    StepWindows& windows = cache.windows = {};
    cache.end_windows.clear();
    std::vector<int> inputs, tokens, expected_rows;
    int first_row = 0;
    for (int s = 0; s < count; ++s) {
      const DecoderSequence& sequence = batch.sequences[static_cast<std::size_t>(s)];
      const int row = first_row + i, seen = std::min(i + 1, decoder.config().history);
      first_row += sequence.steps;
      if (i >= sequence.steps) continue;
      const auto r = static_cast<std::size_t>(row);
      windows.frames.push_back(decoder.frame_window(sequence, batch.anchors[r]));
      windows.history_rows.push_back(s * longest + i);
      windows.history.push_back(
          {s * longest + i + 1 - seen, seen, decoder.config().history - seen});
      cache.end_windows.push_back(decoder.end_window(sequence, batch.anchors[r]));
      inputs.push_back(batch.inputs[r]);
      tokens.push_back(batch.tokens[r]);
      expected_rows.push_back(row);
    }
    decoder.step({parameters.data(), Precision::f32}, all.memory, inputs, cache);
    decoder.ends({parameters.data(), Precision::f32}, all.memory, tokens, cache);
    for (int r = 0; r < static_cast<int>(expected_rows.size()); ++r)
      CHECK(same_step(*this, all.steps, expected_rows[static_cast<std::size_t>(r)], cache, r));
  }
}

TEST_CASE_FIXTURE(PathFixture, "caches may be used again, for fewer steps as for more") {
  const DecoderBatch shorter = one_string(*this, 11, {3, 5}, {0, 2, 11});
  Pass fresh, used;
  forward(parameters, frames, shorter, fresh);
  forward(parameters, frames, batch, used);
  forward(parameters, frames, shorter, used);
  CHECK(used.steps.probabilities == fresh.steps.probabilities);
  CHECK(used.steps.pointer == fresh.steps.pointer);
  CHECK(used.steps.ends == fresh.steps.ends);
}

TEST_CASE("a width that does not divide into the heads is refused") {
  DecoderConfig config = small_decoder();
  config.heads = 3;
  CHECK_THROWS_AS(DecoderFixture{config}, Error);
}

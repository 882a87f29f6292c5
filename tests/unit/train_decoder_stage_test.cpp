#include <cmath>
#include <numeric>

#include <doctest/doctest.h>

#include "nn/functions.hpp"
#include "nn_gradient.hpp"
#include "train/objective.hpp"
#include "train/stage.hpp"
#include "train_fixture.hpp"

using namespace pairalign;
using namespace pairalign::train;

namespace {

Recipe small_recipe(double segment_penalty) {
  Recipe recipe;
  recipe.encoder.width = 16;
  recipe.encoder.blocks = 1;
  recipe.encoder.kernel = 5;
  recipe.encoder.dimension = 8;
  recipe.encoder.codes = 12;
  recipe.decoder.width = 16;
  recipe.decoder.layers = 2;
  recipe.decoder.heads = 2;
  recipe.decoder.pointer_width = 8;
  recipe.decoder.look_back = 4;
  recipe.decoder.look_ahead = 8;
  recipe.decoder.history = 4;
  recipe.decoder.longest = 6;
  recipe.decoder.segment_penalty = segment_penalty;
  for (DecoderStageConfig* stage : {&recipe.fixed_teacher, &recipe.ema_teacher}) {
    stage->steps = 8;
    stage->crops = 9;  // two shards, the last of one crop
    stage->crop_seconds = 0.8;
    stage->piece_high_seconds = 0.8;
    stage->piece_low_seconds = 0.4;
    stage->optimizer.warmup_steps = 2;
  }
  return recipe;
}

struct Fixture {
  explicit Fixture(double segment_penalty = 0.45) : recipe(small_recipe(segment_penalty)) {}

  Recipe recipe;
  nn::TensorTable table;
  model::Encoder encoder{table, recipe.encoder};
  std::size_t encoder_size = table.size();
  model::Decoder decoder{table, recipe.decoder, encoder};
  PcmStore store = test::make_store();
  NoiseBank noise;
  NaturalPairs pairs = test::make_pairs(store);

  Run run(ThreadPool& pool) const {
    return {recipe, encoder, store, noise, pairs, nn::Precision::f32, pool};
  }

  // The encoder's codes as unit vectors, as a geometric stage leaves them.
  std::vector<float> encoder_parameters() const {
    Random random(4);
    std::vector<float> p = table.initialise(random);
    p.resize(encoder_size);
    std::vector<float> norms(static_cast<std::size_t>(recipe.encoder.codes));
    float* codes = p.data() + encoder.codebook();
    nn::l2_normalize_forward(codes, recipe.encoder.codes, recipe.encoder.dimension, codes,
                             norms.data());
    return p;
  }

  TrainingState begin(const Stage& stage) const {
    TrainingState state;
    stage.begin(encoder_parameters(), state);
    return state;
  }
};

// The term of the tokens alone, and no prefix that the student writes, which changes in jumps.
void set_smooth_objective(DecoderStageConfig& config) {
  config.scheduled_sampling = 0;
  for (auto& [name, weight] : config.weights)
    weight = 0;
  config.contrast_share = 1;
}

// Against finite differences in which some parameters stand still.
void check_stage_gradient(Fixture& f, const DecoderStageConfig& config,
                          const std::vector<std::size_t>& fixed, Random& random) {
  ThreadPool pool(1);
  const auto made = decoder_stage("s", config, f.run(pool), f.decoder, f.table);
  Stage& stage = *made;
  TrainingState state = f.begin(stage);
  stage.compute_gradients(state);
  std::vector<float> gradients = stage.gradients();
  for (const std::size_t i : fixed)
    gradients[i] = 0;
  test::check_gradient(
      state.student, gradients,
      [&](const std::vector<float>& student) {
        TrainingState moved = state;
        moved.student = student;
        for (const std::size_t i : fixed)
          moved.student[i] = state.student[i];
        return stage.compute_gradients(moved).loss;
      },
      random, 5e-2);
}

struct PathlessFixture : Fixture {
  PathlessFixture() : Fixture(0) {}
};

}  // namespace

// Without the path of the memory, which moves in jumps.
TEST_CASE_FIXTURE(PathlessFixture, "the gradient of every term, by finite differences") {
  DecoderStageConfig& config = recipe.fixed_teacher;
  config.encoder_rate = 0.1;
  set_smooth_objective(config);
  SUBCASE("tokens alone") {}
  SUBCASE("pointer") {
    config.weights["pointer"] = 2;
  }
  SUBCASE("ends") {
    config.weights["end"] = 2;
  }
  SUBCASE("contrast") {
    config.weights["contrast"] = 2;
  }
  SUBCASE("entropy") {
    config.weights["entropy"] = 2;
  }
  SUBCASE("frames") {
    config.weights["frame"] = 2;
  }
  // The codebook takes part in posteriors and frame losses but is not trained.
  std::vector<std::size_t> codebook(
      static_cast<std::size_t>(recipe.encoder.codes * recipe.encoder.dimension));
  std::iota(codebook.begin(), codebook.end(), encoder.codebook());
  Random random(2);
  check_stage_gradient(*this, config, codebook, random);
}

// All that the path depends on stands still: the encoder and what the memory copies.
TEST_CASE_FIXTURE(Fixture, "the gradient of the decoder along a path, by finite differences") {
  DecoderStageConfig& config = recipe.fixed_teacher;
  config.encoder_rate = 0;
  set_smooth_objective(config);
  config.weights["pointer"] = config.weights["end"] = 2;
  std::vector<std::size_t> fixed(encoder_size);
  std::iota(fixed.begin(), fixed.end(), 0U);
  for (const char* name : {"decoder.memory.weight", "decoder.memory.bias"}) {
    const nn::TensorInfo& tensor = *table.find(name);
    const auto columns = static_cast<std::size_t>(tensor.shape.back());
    for (std::size_t i = 0; i < tensor.size; ++i) {
      if (i % columns + static_cast<std::size_t>(recipe.encoder.dimension) >= columns)
        fixed.push_back(tensor.offset + i);
    }
  }
  Random random(2);
  check_stage_gradient(*this, config, fixed, random);
}

TEST_CASE_FIXTURE(Fixture, "both kinds of targets train, with any number of threads alike") {
  DecoderStageConfig& config = recipe.fixed_teacher;
  SUBCASE("geometric") {
    config.targets = "geometric";
  }
  SUBCASE("decoded") {
    config.targets = "decoded";
  }
  config.encoder_rate = 0.1;
  config.weights["frame"] = config.scheduled_sampling = 0.5;
  std::vector<std::vector<float>> results;
  for (const int threads : {1, 3}) {
    ThreadPool pool(threads);
    const auto made = decoder_stage("s", config, run(pool), decoder, table);
    Stage& stage = *made;
    TrainingState state = begin(stage);
    const std::vector<float> before = state.student;
    for (int i = 0; i < 3; ++i) {
      const StepReport report = stage.step(state);
      CHECK(std::isfinite(report.loss));
      CHECK(report.pairs == 18);
    }
    CHECK(state.step == 3);
    CHECK(state.student != before);
    CHECK(state.length_control > 0);
    results.push_back(stage.export_parameters(state));
  }
  CHECK(results[0] == results[1]);
}

TEST_CASE_FIXTURE(Fixture, "a frozen encoder stays what it is, and training lowers the loss") {
  DecoderStageConfig& config = recipe.fixed_teacher;
  config.encoder_rate = 0;
  config.steps = 40;
  config.optimizer.learning_rate = 5e-3;
  ThreadPool pool(2);
  const auto made = decoder_stage("s", config, run(pool), decoder, table);
  Stage& stage = *made;
  TrainingState state = begin(stage);
  const double before = stage.step(state).loss;
  double after = 0;
  while (state.step < config.steps)
    after = stage.step(state).loss;
  CHECK(after < before - 0.3);
  const std::vector<float> expected = encoder_parameters();
  const std::vector<float> result = stage.export_parameters(state);
  // Codes are made unit vectors again, which may move a last bit.
  CHECK(std::equal(expected.begin(), expected.end(), result.begin(),
                   [](float a, float b) { return std::abs(a - b) <= 1e-6F; }));
}

TEST_CASE_FIXTURE(Fixture, "the token rate of the targets is steered to the one wanted") {
  DecoderStageConfig& config = recipe.fixed_teacher;
  config.target_rate = 9;
  config.encoder_rate = 0;
  config.steps = 200;
  ThreadPool pool(2);
  const auto made = decoder_stage("s", config, run(pool), decoder, table);
  Stage& stage = *made;
  TrainingState state = begin(stage);
  double rate = 0;
  for (int i = 0; i < 120; ++i) {
    const StepReport report = stage.step(state);
    for (const Term& term : report.terms)
      if (term.name == "token_rate") rate = i < 100 ? 0 : rate + term.value / 20;
  }
  CHECK(rate == doctest::Approx(9).epsilon(0.1));
}

TEST_CASE_FIXTURE(Fixture, "a balanced teacher chooses less often what it has chosen too often") {
  DecoderStageConfig& config = recipe.ema_teacher;
  config.weights["frame"] = 0.5;
  const auto codes = static_cast<std::size_t>(recipe.encoder.codes);
  ThreadPool pool(2);
  const auto choices = [&](double balance, std::size_t favourite) {
    config.target_balance = balance;
    const auto made = decoder_stage("s", config, run(pool), decoder, table);
    Stage& stage = *made;
    TrainingState state = begin(stage);
    state.token_shares.assign(codes, 0.5F / static_cast<float>(codes - 1));
    state.token_shares[favourite] = 0.5F;
    state.code_shares = state.token_shares;
    const std::vector<float> before = state.code_shares;
    const std::vector<double> tokens = stage.step(state).code_counts;
    CHECK(state.token_shares != before);
    // What a step moves the share of a code by tells how often it was chosen.
    return std::pair{tokens, 1000 * (state.code_shares[favourite] - 0.98F * before[favourite])};
  };
  const std::vector<double> counts = choices(0, 0).first;
  const auto most =
      static_cast<std::size_t>(std::max_element(counts.begin(), counts.end()) - counts.begin());
  const auto plain = choices(0, most), balanced = choices(1, most);
  CHECK(plain.first == counts);
  CHECK(balanced.first[most] < counts[most]);
  CHECK(balanced.second < plain.second);
}

TEST_CASE("a string tiles its frames, and long tokens are written again") {
  const TargetString string = to_target_string({5, 5, 5, 5, 5, 2, 7, 7}, 3);
  CHECK(string.tokens == std::vector<int>{5, 5, 2, 7});
  CHECK(string.ends == std::vector<int>{3, 5, 6, 8});
  CHECK(string.frames == 8);
  CHECK(string.start(0) == 0);
  CHECK(string.start(2) == 5);
  CHECK(distinct_tokens(string) == std::vector<int>{5, 2, 7});
}

TEST_CASE_FIXTURE(Fixture, "a sequence is its string, shifted by one, from BOS to EOS") {
  const TargetString string = to_target_string({5, 5, 2, 7, 7, 7}, 6);
  Random random(1);
  model::DecoderBatch batch;
  append_sequence(decoder, string, {0, 10, 6}, {}, random, batch);
  CHECK(batch.inputs == std::vector<int>{decoder.bos(), 5, 2, 7});
  CHECK(batch.tokens == std::vector<int>{5, 2, 7, decoder.eos()});
  CHECK(batch.anchors == std::vector<int>{0, 2, 3, 6});
  REQUIRE(batch.sequences.size() == 1);
  CHECK(batch.sequences[0].steps == 4);
  CHECK(batch.sequences[0].first_frame == 10);
  // Under the audio of a piece of half the length the anchors stand at half the places.
  append_sequence(decoder, string, {0, 0, 3}, {1, 0, 1}, random, batch);
  CHECK(std::vector<int>(batch.anchors.begin() + 4, batch.anchors.end()) ==
        std::vector<int>{0, 1, 2, 3});
  CHECK(batch.inputs[4] == decoder.bos());
  CHECK(batch.inputs[5] == decoder.mask());
  CHECK(batch.self_dropped == std::vector<char>{0, 0, 0, 0, 1, 1, 1, 1});
}

TEST_CASE_FIXTURE(Fixture,
                  "behind a prefix of its own, a step is to write what is heard where it stands") {
  const TargetString string = to_target_string({5, 5, 2, 2, 2, 7, 7}, 6);
  const auto token = [](int id, int first, int end) {
    model::DecodedToken decoded;
    decoded.token = static_cast<tokens::Token>(id);
    decoded.first_frame = first;
    decoded.end_frame = end;
    return decoded;
  };
  model::DecoderBatch batch;
  std::vector<StepTarget> targets;
  // A wrong token that is too long, one that stops a frame short of the end of 2, an early EOS.
  append_own_prefix(decoder, string, {token(9, 0, 3), token(2, 3, 4)}, {0, 10, 7}, batch, targets);
  CHECK(batch.inputs == std::vector<int>{decoder.bos(), 9, 2});
  CHECK(batch.anchors == std::vector<int>{0, 3, 4});
  CHECK(batch.tokens == std::vector<int>{5, 2, 7});
  REQUIRE(targets.size() == 3);
  CHECK(targets[1].start == 3);
  CHECK(targets[1].end == 5);
  CHECK(targets[2].start == 5);
  CHECK(targets[2].end == 7);
  CHECK(3 * targets[0].weight == doctest::Approx(4));
  // At the end of the audio, EOS.
  batch = {};
  targets.clear();
  append_own_prefix(decoder, string, {token(5, 0, 7)}, {0, 10, 7}, batch, targets);
  CHECK(batch.tokens == std::vector<int>{5, decoder.eos()});
}

TEST_CASE_FIXTURE(Fixture, "jittered anchors stay ascending and before the ends of their tokens") {
  const TargetString string = to_target_string({5, 5, 2, 7, 7, 7, 1, 1, 3}, 6);
  Random random(1);
  model::DecoderBatch batch;
  bool moved = false;
  for (int trial = 0; trial < 50; ++trial) {
    batch = {};
    append_sequence(decoder, string, {0, 0, 9}, {0, 1, 0}, random, batch);
    for (std::size_t i = 0; i < string.tokens.size(); ++i) {
      CHECK(batch.anchors[i] >= 0);
      CHECK(batch.anchors[i] < string.ends[i]);
      CHECK(std::abs(batch.anchors[i] - string.start(i)) <= 1);
      moved = moved || batch.anchors[i] != string.start(i);
    }
    CHECK(batch.anchors.back() == 9);
  }
  CHECK(moved);
}

TEST_CASE("the hardest negatives are the nearest strings of other crops") {
  const auto string = [](const std::vector<int>& tokens) { return to_target_string(tokens, 9); };
  const std::vector<TargetString> strings = {string({1, 2, 3, 4}), string({1, 2, 3, 5}),
                                             string({1, 2, 3, 4}), string({6, 7, 8, 9})};
  const auto negatives = hardest_negatives(strings, {0, 1, 0, 2}, 1);
  CHECK(negatives[0] == std::vector<std::size_t>{1});
  CHECK(negatives[1] == std::vector<std::size_t>{0});
  CHECK(negatives[2] == std::vector<std::size_t>{1});
  CHECK(negatives[3].size() == 1);
}

TEST_CASE("steps behind a MASK and the others share the weight as asked") {
  const StepWeights both = step_weights(10, 30, 0.5);
  CHECK(10 * both.masked == doctest::Approx(0.5));
  CHECK(30 * both.unmasked == doctest::Approx(0.5));
  CHECK(40 * step_weights(0, 40, 0.5).unmasked == doctest::Approx(1));
  CHECK(40 * step_weights(40, 0, 0.5).masked == doctest::Approx(1));
}

#include <filesystem>

#include <doctest/doctest.h>
#include <unistd.h>

#include "base/error.hpp"
#include "model/self_test.hpp"
#include "nn_gradient.hpp"
#include "train/trainer.hpp"

using namespace pairalign;
using namespace pairalign::train;
namespace fs = std::filesystem;

namespace {

Recipe small_recipe() {
  Recipe recipe;
  recipe.encoder.width = 16;
  recipe.encoder.blocks = 1;
  recipe.encoder.kernel = 5;
  recipe.encoder.dimension = 8;
  recipe.encoder.codes = 12;
  recipe.geometric.steps = 8;
  recipe.geometric.crops = 9;  // three shards, the last of one crop
  recipe.geometric.crop_seconds = 1.2;
  recipe.geometric.piece_high_seconds = 1.0;
  recipe.optimizer.warmup_steps = 2;
  return recipe;
}

// Several recordings of different noise-and-tone mixtures, one shorter than a crop.
audio::PcmStore make_store() {
  audio::PcmStore store;
  const std::vector<float> base = model::self_test_signal();
  Random random(9);
  for (const std::size_t size : {32000U, 25000U, 9000U, 31000U}) {
    std::vector<float> pcm(size);
    const std::size_t shift = random.below(base.size());
    for (std::size_t i = 0; i < size; ++i) {
      pcm[i] = base[(i + shift) % base.size()] + 0.01F * static_cast<float>(random.normal());
    }
    store.add(pcm);
  }
  store.seal();
  return store;
}

struct Fixture {
  Recipe recipe = small_recipe();
  nn::TensorTable table;
  model::Encoder encoder{table, recipe.encoder};
  audio::PcmStore store = make_store();
  audio::NoiseBank noise;
};

std::unique_ptr<Trainer> make_trainer(const Recipe& recipe, ThreadPool& pool) {
  return std::make_unique<Trainer>(recipe, make_store(), make_store(), audio::NoiseBank(),
                                   nn::fastest_precision(), pool);
}

std::vector<float> weights_after(Trainer& trainer, int steps) {
  for (int i = 0; i < steps; ++i)
    trainer.step();
  return trainer.export_model("").parameters();
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "the gradient of the whole objective, by finite differences") {
  ThreadPool pool(1);
  GeometricStage stage(recipe, encoder, table, store, noise, nn::Precision::f32, pool);
  TrainingState state = stage.initial_state();
  // The centre stays what it is, so that the loss is a function of the student alone.
  state.step = 5;
  recipe.geometric.centre_decay = 1;
  stage.compute_gradients(state);
  const std::vector<float> gradients = stage.gradients();
  Random random(2);
  test::check_gradient(
      state.student, gradients,
      [&](const std::vector<float>& student) {
        TrainingState moved = state;
        moved.student = student;
        return stage.compute_gradients(moved).loss;
      },
      random, 5e-2);
}

TEST_CASE("any number of threads trains the same model") {
  ThreadPool one(1), three(3);
  const auto a = make_trainer(small_recipe(), one), b = make_trainer(small_recipe(), three);
  CHECK(weights_after(*a, 3) == weights_after(*b, 3));
}

TEST_CASE("a resumed run equals one that was never interrupted, bit for bit") {
  const std::string path =
      (fs::temp_directory_path() / ("pairalign-checkpoint-" + std::to_string(::getpid()))).string();
  ThreadPool pool(2);
  const auto straight = make_trainer(small_recipe(), pool);
  const std::vector<float> expected = weights_after(*straight, 8);
  CHECK(straight->finished());

  const auto first = make_trainer(small_recipe(), pool);
  for (int i = 0; i < 3; ++i)
    first->step();
  first->save(path);
  const auto second = make_trainer(small_recipe(), pool);
  second->resume(path);
  CHECK(second->steps_done() == 3);
  CHECK(weights_after(*second, 5) == expected);

  Recipe other = small_recipe();
  other.seed = 2;
  const auto third = make_trainer(other, pool);
  CHECK_THROWS_WITH_AS(third->resume(path), doctest::Contains("another recipe"), Error);
  audio::PcmStore other_audio;
  other_audio.add(model::self_test_signal());
  other_audio.seal();
  Trainer fourth(small_recipe(), std::move(other_audio), make_store(), audio::NoiseBank(),
                 nn::fastest_precision(), pool);
  CHECK_THROWS_WITH_AS(fourth.resume(path), doctest::Contains("other audio"), Error);
  fs::remove(path);
}

TEST_CASE("training makes the views agree") {
  Recipe recipe = small_recipe();
  recipe.geometric.steps = 60;
  ThreadPool pool(2);
  const auto trainer = make_trainer(recipe, pool);
  const double before = trainer->step().loss;
  StepReport last;
  while (!trainer->finished())
    last = trainer->step();
  CHECK(last.loss < before - 0.2);
  const ValidationReport report = trainer->validate();
  CHECK(report.agreement > 0.25);  // chance is 1/12
  CHECK(report.codes_used > 3);
}

TEST_CASE("views are matched with the teacher's frames at the same moment") {
  const Recipe recipe = small_recipe();
  CropPlan crop;
  crop.samples = 32000;
  crop.warp.tempo = 0.9;
  ViewPlan view;
  view.first = 8000;
  view.samples = 16000;
  view.warp.tempo = 1.1;
  const int crop_frames = frames_of(recipe.features, crop.samples, crop.warp);
  const int view_frames = frames_of(recipe.features, view.samples, view.warp);
  const auto matches = match_frames(recipe.features, crop, view, view_frames, crop_frames);
  for (int j = 0; j < view_frames; ++j) {
    const double at = 8000 + j * 320 * 1.1;
    const double found = matches[static_cast<std::size_t>(j)] * 320 * 0.9;
    CHECK(std::abs(at - found) <= 320 * 0.9 / 2 + 1);
  }
}

TEST_CASE("silent frames weigh less") {
  audio::LogMelConfig config;
  std::vector<float> clean(80 * 20, -2.4F);
  std::fill(clean.begin(), clean.begin() + 80 * 10, 0.5F);
  const auto weights = frame_weights(config, clean, 0.1);
  REQUIRE(weights.size() == 10);
  CHECK(weights[0] > 0.99F);
  CHECK(weights[9] == doctest::Approx(0.1).epsilon(0.02));
}

TEST_CASE("nothing to learn from is an error") {
  ThreadPool pool(1);
  audio::PcmStore empty, validation = make_store();
  empty.seal();
  CHECK_THROWS_AS(Trainer(small_recipe(), std::move(empty), std::move(validation),
                          audio::NoiseBank(), nn::Precision::f32, pool),
                  Error);
}

#include <memory>

#include <doctest/doctest.h>

#include "nn_gradient.hpp"
#include "train/frame_matching.hpp"
#include "train/frame_tokens.hpp"
#include "train/trainer.hpp"
#include "train_fixture.hpp"

using namespace pairalign;
using namespace pairalign::train;

namespace {

Recipe small_recipe() {
  Recipe recipe = test::small_recipe();
  recipe.stages = {kGeometric};
  return recipe;
}

struct Fixture {
  Recipe recipe = small_recipe();
  nn::TensorTable table;
  model::Encoder encoder{table, recipe.encoder};
  PcmStore store = test::make_store();
  NoiseBank noise;
  NaturalPairs pairs = test::make_pairs(store);
};

std::unique_ptr<Trainer> make_trainer(const Recipe& recipe, ThreadPool& pool) {
  return std::make_unique<Trainer>(recipe, test::make_store(), test::make_store(), NoiseBank(),
                                   test::make_pairs(test::make_store()), nn::fastest_precision(),
                                   pool);
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "the gradient of the whole objective, by finite differences") {
  ThreadPool pool(1);
  const auto made =
      geometric_stage({recipe, encoder, store, noise, pairs, nn::Precision::f32, pool}, table);
  Stage& stage = *made;
  TrainingState state;
  stage.begin({}, state);
  // The centre stays what it is, so that the loss is a function of the student alone.
  state.step = 5;
  recipe.geometric.segment_share = 0.7;
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

TEST_CASE("training makes the views agree") {
  Recipe recipe = small_recipe();
  recipe.geometric.steps = 60;
  ThreadPool pool(2);
  const auto trainer = make_trainer(recipe, pool);
  const double before = trainer->step().loss;
  StepReport last;
  while (!trainer->position().run_finished())
    last = trainer->step();
  CHECK(last.loss < before - 0.2);
  const ValidationReport report = trainer->validate(trainer->model());
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

TEST_CASE("scores move towards the mean of their segment") {
  // Frames 0 and 1 are a segment of code 0, frame 2 one of code 1.
  const std::vector<float> before = {1.0F, 0.0F, 0.6F, 0.4F, 0.0F, 1.0F};
  std::vector<float> scores = before;
  average_over_segments(0.1, 0.5, scores, 2);
  const std::vector<float> half = {0.9F, 0.1F, 0.7F, 0.3F, 0.0F, 1.0F};
  for (std::size_t i = 0; i < scores.size(); ++i)
    CHECK(scores[i] == doctest::Approx(half[i]));
  scores = before;
  average_over_segments(10, 1, scores, 2);  // a single segment
  for (std::size_t i = 0; i < scores.size(); ++i)
    CHECK(scores[i] == doctest::Approx(i % 2 == 0 ? 1.6 / 3 : 1.4 / 3));
}

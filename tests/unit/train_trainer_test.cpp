#include <algorithm>
#include <cmath>
#include <filesystem>

#include <doctest/doctest.h>
#include <unistd.h>

#include "base/error.hpp"
#include "train/trainer.hpp"
#include "train_fixture.hpp"

using namespace pairalign;
using namespace pairalign::train;
namespace fs = std::filesystem;

namespace {

Recipe short_recipe() {
  Recipe recipe = test::small_recipe();
  recipe.geometric.steps = 4;
  return recipe;
}

std::unique_ptr<Trainer> make_trainer(const Recipe& recipe, ThreadPool& pool) {
  return std::make_unique<Trainer>(recipe, test::make_store(), test::make_store(), NoiseBank(),
                                   test::make_pairs(test::make_store()), nn::fastest_precision(),
                                   pool);
}

void run(Trainer& trainer, std::int64_t steps) {
  for (std::int64_t i = 0; i < steps; ++i)
    trainer.step();
}

struct CheckpointFile {
  std::string path =
      (fs::temp_directory_path() / ("pairalign-checkpoint-" + std::to_string(::getpid()))).string();
  ~CheckpointFile() { fs::remove(path); }

  TrainingState state_of(const Trainer& trainer) const {
    trainer.save(path);
    return load_checkpoint(path).state;
  }
};

// All but the time that was spent.
void check_same(const TrainingState& a, const TrainingState& b) {
  CHECK(a.stage == b.stage);
  CHECK(a.step == b.step);
  CHECK(a.samples == b.samples);
  CHECK(a.student == b.student);
  CHECK(a.teacher == b.teacher);
  CHECK(a.optimizer.m == b.optimizer.m);
  CHECK(a.optimizer.v == b.optimizer.v);
  CHECK(a.optimizer.step == b.optimizer.step);
  CHECK(a.centre == b.centre);
  CHECK(a.variance == b.variance);
  CHECK(a.length_control == b.length_control);
  CHECK(a.token_shares == b.token_shares);
  CHECK(a.code_shares == b.code_shares);
  REQUIRE(a.records.size() == b.records.size());
  for (std::size_t i = 0; i < a.records.size(); ++i)
    CHECK(a.records[i].loss == b.records[i].loss);
}

// The values of a tensor of a model.
std::vector<float> tensor(const model::Model& model, const nn::TensorInfo& info) {
  const auto begin = model.parameters().begin() + static_cast<std::ptrdiff_t>(info.offset);
  return {begin, begin + static_cast<std::ptrdiff_t>(info.size)};
}

}  // namespace

TEST_CASE_FIXTURE(CheckpointFile, "interrupted anywhere, a run ends the same, bit for bit") {
  ThreadPool pool(2);
  const auto straight = make_trainer(short_recipe(), pool);
  run(*straight, 12);
  CHECK(straight->position().run_finished());
  const TrainingState expected = state_of(*straight);
  CHECK(expected.optimizer.step == 4);  // at rest when a stage begins

  for (const std::int64_t stop : {2, 4, 6, 8, 10, 12}) {  // within each stage, and at each boundary
    CAPTURE(stop);
    const auto first = make_trainer(short_recipe(), pool);
    run(*first, stop);
    first->save(path);
    const auto second = make_trainer(short_recipe(), pool);
    second->resume(path);
    CHECK(second->position().run_step == stop);
    run(*second, 12 - stop);
    check_same(state_of(*second), expected);
  }
}

TEST_CASE_FIXTURE(CheckpointFile, "any number of threads trains the same") {
  ThreadPool one(1), three(3);
  const auto a = make_trainer(short_recipe(), one), b = make_trainer(short_recipe(), three);
  run(*a, 12);
  run(*b, 12);
  check_same(state_of(*a), state_of(*b));
}

TEST_CASE("stages follow one another, and the position tells where the run is") {
  ThreadPool pool(1);
  const auto trainer = make_trainer(short_recipe(), pool);
  const auto check_at = [&](const char* stage, std::size_t index, std::int64_t step) {
    const RunPosition at = trainer->position();
    CHECK(at.stage == stage);
    CHECK(at.index == index);
    CHECK(at.count == 3);
    CHECK(at.step == step);
    CHECK(at.steps == 4);
    CHECK(at.run_step == 4 * static_cast<std::int64_t>(index) + step);
    CHECK(at.run_steps == 12);
    CHECK(trainer->records().size() == index + 1);
  };
  check_at("geometric", 0, 0);
  run(*trainer, 4);
  check_at("geometric", 0, 4);
  CHECK(trainer->position().stage_finished());
  CHECK_FALSE(trainer->position().run_finished());
  run(*trainer, 1);
  check_at("fixed-teacher", 1, 1);
  run(*trainer, 7);
  check_at("ema-teacher", 2, 4);
  CHECK(trainer->position().run_finished());
}

TEST_CASE("the decoder stages begin with the encoder that the geometric stage exports") {
  ThreadPool pool(1);
  Recipe recipe = short_recipe();
  recipe.fixed_teacher.encoder_rate = 0;
  const auto trainer = make_trainer(recipe, pool);
  run(*trainer, 4);
  const model::Model geometric = trainer->model();
  CHECK(geometric.decoder() == nullptr);
  run(*trainer, 1);
  const model::Model grown = trainer->model();
  REQUIRE(grown.decoder() != nullptr);
  // The student's encoder is frozen, so any difference would come from the transition.
  for (const nn::TensorInfo& info : geometric.table().tensors()) {
    CAPTURE(info.name);
    const std::vector<float> before = tensor(geometric, info), after = tensor(grown, info);
    for (std::size_t i = 0; i < before.size(); ++i)
      REQUIRE(after[i] == doctest::Approx(before[i]).epsilon(1e-5));  // the average rounds
  }
  CHECK(grown.parameters().size() > geometric.parameters().size());
}

TEST_CASE("a checkpoint of something else is refused") {
  ThreadPool pool(1);
  const CheckpointFile file;
  make_trainer(short_recipe(), pool)->save(file.path);
  Recipe other = short_recipe();
  other.seed = 2;
  CHECK_THROWS_WITH_AS(make_trainer(other, pool)->resume(file.path),
                       doctest::Contains("another recipe"), Error);
  PcmStore other_audio;
  other_audio.add(model::self_test_signal());
  other_audio.seal();
  Trainer elsewhere(short_recipe(), std::move(other_audio), test::make_store(), NoiseBank(),
                    NaturalPairs(), nn::fastest_precision(), pool);
  CHECK_THROWS_WITH_AS(elsewhere.resume(file.path), doctest::Contains("other audio"), Error);
  Trainer unpaired(short_recipe(), test::make_store(), test::make_store(), NoiseBank(),
                   NaturalPairs(), nn::fastest_precision(), pool);
  CHECK_THROWS_WITH_AS(unpaired.resume(file.path), doctest::Contains("other words or pairs"),
                       Error);
  NoiseBank noise;
  noise.add(std::vector<float>(1000, 0.5F));
  Trainer noisy(short_recipe(), test::make_store(), test::make_store(), noise,
                test::make_pairs(test::make_store()), nn::fastest_precision(), pool);
  CHECK_THROWS_WITH_AS(noisy.resume(file.path), doctest::Contains("other noises"), Error);
  noisy.save(file.path);
  noisy.resume(file.path);
}

TEST_CASE("a run begins with another model's parameters, as far as they fit") {
  ThreadPool pool(1);
  const auto whole = make_trainer(short_recipe(), pool);
  run(*whole, 10);
  const model::Model model = whole->model();

  Recipe recipe = short_recipe();
  recipe.stages = {kEmaTeacher};
  const auto same = make_trainer(recipe, pool);
  same->start_from(model);
  CHECK(same->model().parameters() == model.parameters());

  recipe.decoder.longest = 7;  // a decoder of another shape is left behind, all of it
  const auto shorter = make_trainer(recipe, pool);
  const std::vector<float> fresh = shorter->model().parameters();
  shorter->start_from(model);
  const std::vector<float> begun = shorter->model().parameters();
  nn::TensorTable encoder_table;
  const model::Encoder encoder_alone(encoder_table, recipe.encoder);
  const std::size_t encoder = encoder_table.size();
  CHECK(std::equal(begun.begin(), begun.begin() + static_cast<std::ptrdiff_t>(encoder),
                   model.parameters().begin()));
  CHECK(begun.size() == fresh.size());
  CHECK(begun[encoder] == fresh[encoder]);
  CHECK(begun[encoder] != model.parameters()[encoder]);

  recipe.stages = {kGeometric};
  const auto geometric = make_trainer(recipe, pool);
  geometric->start_from(model);
  CHECK(geometric->model().parameters().size() == encoder);

  recipe.encoder.width = 24;
  const auto other = make_trainer(recipe, pool);
  CHECK_THROWS_WITH_AS(other->start_from(model), doctest::Contains("encoder"), Error);
}

TEST_CASE("an exported model carries the curve of its decoder") {
  ThreadPool pool(2);
  const auto trainer = make_trainer(short_recipe(), pool);
  run(*trainer, 12);
  const model::Model model = trainer->export_model("the command");
  CHECK(model.info().command == "the command");
  CHECK_FALSE(model.info().rate_curve.empty());
  const std::vector<model::RatePoint>& curve = model.info().pairalign_rate_curve;
  REQUIRE_FALSE(curve.empty());
  const double rate = std::clamp(trainer->recipe().fixed_teacher.target_rate,
                                 curve.back().tokens_per_second, curve.front().tokens_per_second);
  CHECK(model.info().decoder->segment_penalty ==
        doctest::Approx(std::max(model::control_for_rate(curve, rate), 1e-3)));
  CHECK(model.decoder()->memory().has_path());
  CHECK(parse_recipe(model.info().recipe).ema_teacher.steps == 4);
}

TEST_CASE_FIXTURE(CheckpointFile, "steps without a finite gradient are counted; all are an error") {
  ThreadPool pool(1);
  NoiseBank noise;
  noise.add(std::vector<float>(1000, INFINITY));
  Trainer trainer(short_recipe(), test::make_store(), test::make_store(), noise,
                  test::make_pairs(test::make_store()), nn::fastest_precision(), pool);
  run(trainer, 2);
  trainer.save(path);
  trainer.resume(path);
  run(trainer, 1);
  CHECK(trainer.records().back().skipped == 3);
  CHECK_THROWS_WITH_AS(trainer.step(), doctest::Contains("all 4 steps were not finite"), Error);
}

TEST_CASE("validation measures every tokenizer, the same each time") {
  ThreadPool one(1), two(2);
  const auto a = make_trainer(short_recipe(), one), b = make_trainer(short_recipe(), two);
  run(*a, 5);
  run(*b, 5);
  const ValidationReport x = a->validate(a->model()), y = b->validate(b->model());
  REQUIRE(x.tokenizers.size() == 3);
  const char* names[] = {"vq", "dpvq", "pairalign"};
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(x.tokenizers[i].tokenizer == names[i]);
    CHECK(x.tokenizers[i].strings.tokens_per_second > 0);
    CHECK(x.tokenizers[i].strings.edit_similarity == y.tokenizers[i].strings.edit_similarity);
    CHECK(x.tokenizers[i].strings.reciprocal_rank == y.tokenizers[i].strings.reciprocal_rank);
  }
  CHECK(x.agreement == y.agreement);
  // dpvq is brought to the rate of pairalign, as far as the rate of an untrained one can be met.
  const double vq = x.tokenizers[0].strings.tokens_per_second;
  const double pairalign = x.tokenizers[2].strings.tokens_per_second;
  if (pairalign < vq) {
    CHECK(x.tokenizers[1].strings.tokens_per_second == doctest::Approx(pairalign).epsilon(0.05));
  }
}

TEST_CASE("nothing to learn from is an error") {
  ThreadPool pool(1);
  PcmStore empty, validation = test::make_store();
  empty.seal();
  CHECK_THROWS_AS(Trainer(short_recipe(), std::move(empty), std::move(validation), NoiseBank(),
                          NaturalPairs(), nn::Precision::f32, pool),
                  Error);
}

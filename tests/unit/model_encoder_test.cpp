#include <doctest/doctest.h>

#include "model/encoder.hpp"
#include "nn_gradient.hpp"

using namespace pairalign;
using namespace pairalign::model;
using test::random_values;
using Values = std::vector<float>;

namespace {

EncoderConfig small_config() {
  EncoderConfig config;
  config.bands = 8;
  config.width = 16;
  config.blocks = 2;
  config.kernel = 5;
  config.dimension = 6;
  config.codes = 7;
  return config;
}

struct Fixture {
  nn::TensorTable table;
  Encoder encoder{table, small_config()};
  Random random{1};
  Values parameters = table.initialise(random);

  Values forward(const Values& p, const Values& features, const std::vector<int>& lengths,
                 bool training = false) {
    Encoder::Cache cache;
    Values embeddings;
    encoder.forward({p.data(), nn::Precision::f32}, features.data(), lengths, -1.0F, training,
                    embeddings, cache);
    return embeddings;
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "gradient of all parameters") {
  const std::vector<int> lengths = {12, 5};
  const Values features = random_values(17 * 8, random);
  Encoder::Cache cache;
  Values embeddings;
  encoder.forward({parameters.data(), nn::Precision::f32}, features.data(), lengths, -1.0F, true,
                  embeddings, cache);
  const Values up = random_values(embeddings.size(), random);
  Values gradients(table.size());
  encoder.backward(parameters.data(), up.data(), nullptr, gradients.data(), cache);
  test::check_gradient(
      parameters, gradients,
      [&](const Values& p) { return test::dot(forward(p, features, lengths), up); }, random);
}

// A functional of the embeddings and of the frames behind the last norm.
TEST_CASE_FIXTURE(Fixture, "gradient where something else reads the frames behind the last norm") {
  const std::vector<int> lengths = {12, 5};
  const Values features = random_values(17 * 8, random);
  const auto run = [&](const Values& p, Values& embeddings, Encoder::Cache& cache) {
    encoder.forward({p.data(), nn::Precision::f32}, features.data(), lengths, -1.0F, true,
                    embeddings, cache);
  };
  Encoder::Cache cache;
  Values embeddings;
  run(parameters, embeddings, cache);
  const Values up = random_values(embeddings.size(), random);
  const Values up_final = random_values(cache.final.size(), random);
  Values gradients(table.size());
  encoder.backward(parameters.data(), up.data(), up_final.data(), gradients.data(), cache);
  test::check_gradient(
      parameters, gradients,
      [&](const Values& p) {
        Encoder::Cache trial;
        Values output;
        run(p, output, trial);
        return test::dot(output, up) + test::dot(trial.final, up_final);
      },
      random);
}

TEST_CASE_FIXTURE(Fixture, "with and without training buffers the output is the same") {
  const Values features = random_values(40 * 8, random);
  CHECK(forward(parameters, features, {40}, false) == forward(parameters, features, {40}, true));
}

TEST_CASE_FIXTURE(Fixture, "sequences of a batch do not see each other") {
  const Values a = random_values(14 * 8, random), b = random_values(9 * 8, random);
  Values both = a;
  both.insert(both.end(), b.begin(), b.end());
  Values expected = forward(parameters, a, {14});
  const Values second = forward(parameters, b, {9});
  expected.insert(expected.end(), second.begin(), second.end());
  const Values got = forward(parameters, both, {14, 9});
  REQUIRE(got.size() == expected.size());
  for (std::size_t i = 0; i < got.size(); ++i)
    CHECK(got[i] == doctest::Approx(expected[i]));
}

TEST_CASE_FIXTURE(Fixture, "a frame depends on context() frames each side and on no more") {
  const int frames = 60, dimension = 6;
  const Values features = random_values(static_cast<std::size_t>(frames) * 2 * 8, random);
  const Values whole = forward(parameters, features, {frames * 2});
  const int context = encoder.context(), first = 20, last = 40;  // wanted frames
  const Values piece(features.begin() + (first - context) * 2 * 8,
                     features.begin() + (last + context) * 2 * 8);
  const Values part = forward(parameters, piece, {(last - first + 2 * context) * 2});
  for (int t = first; t < last; ++t) {
    for (int d = 0; d < dimension; ++d) {
      const auto i = static_cast<std::size_t>(t * dimension + d);
      const auto j = static_cast<std::size_t>((t - first + context) * dimension + d);
      CHECK(part[j] == doctest::Approx(whole[i]).epsilon(1e-4));
    }
  }
}

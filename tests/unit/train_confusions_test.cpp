#include <cmath>

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "train/confusions.hpp"
#include "train_fixture.hpp"

using namespace pairalign;
using namespace pairalign::train;

namespace {

int score(const model::Substitution& table, int a, int b) {
  return table.scores[static_cast<std::size_t>(a * table.vocabulary + b)];
}

// With random weights: what is tested is how tokens are counted, not which.
model::Model random_model(bool with_decoder) {
  const Recipe recipe = test::small_recipe();
  model::ModelInfo info;
  info.encoder = recipe.encoder;
  info.features = recipe.features;
  info.rate_curve = {{0.0, 40}, {0.5, 5}};
  nn::TensorTable table;
  const model::Encoder encoder(table, info.encoder);
  if (with_decoder) {
    info.decoder = recipe.decoder;
    const model::Decoder decoder(table, recipe.decoder, encoder);
  }
  Random random(4);
  return {info, table.initialise(random)};
}

bool same(const model::SubstitutionTables& a, const model::SubstitutionTables& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.first == y.first && x.second.scores == y.second.scores &&
           x.second.background == y.second.background;
  });
}

}  // namespace

TEST_CASE("log-odds by hand") {
  ConfusionCounts counts(3);
  for (int i = 0; i < 6; ++i)
    counts.add(0, 0);
  counts.add(0, 1, 3);
  counts.add(1, 0);
  counts.add(1, 1, 4);
  CHECK(counts.count(0, 1) == 3);
  CHECK(counts.count(1, 0) == 1);
  SubstitutionConfig config;
  config.chance = 0.125;
  config.own_count = 1;
  const model::Substitution table = to_substitution(counts, config);
  // Of both orders: pairs 00: 7, 01 and 10: 2 each, 11: 5, 22: 1; tokens 9, 7, 1 of 17.
  CHECK(table.vocabulary == 3);
  CHECK(table.background[0] == doctest::Approx(9 / 17.0));
  CHECK(table.background[2] == doctest::Approx(1 / 17.0));
  const auto quarters = [](double pairs, double a, double b) {
    return std::lround(4 * std::log2(0.875 * pairs * 17 / (a * b) + 0.125));
  };
  CHECK(score(table, 0, 0) == quarters(7, 9, 9));
  CHECK(score(table, 0, 1) == quarters(2, 9, 7));
  CHECK(score(table, 1, 0) == quarters(2, 9, 7));
  CHECK(score(table, 1, 1) == quarters(5, 7, 7));
  // Never seen: it stands for itself, and for nothing else.
  CHECK(score(table, 2, 2) == quarters(1, 1, 1));
  CHECK(score(table, 2, 0) == -12);  // log2 of 1/8
}

TEST_CASE("no score is higher than the highest") {
  ConfusionCounts counts(2);
  counts.add(0, 0, 1e6);
  CHECK(score(to_substitution(counts), 1, 1) == 48);
  SubstitutionConfig config;
  config.highest_bits = 3;
  CHECK(score(to_substitution(counts, config), 1, 1) == 12);
}

TEST_CASE("tokens beyond the vocabulary are refused") {
  ConfusionCounts counts(2);
  CHECK_THROWS_AS(counts.add(2, 0), Error);
  CHECK_THROWS_AS(counts.add(0, 2), Error);
}

TEST_CASE("a table for every tokenizer, the same for any number of threads") {
  const PcmStore store = test::make_store();
  const Recipe recipe = test::small_recipe();
  const NaturalPairs pairs = test::make_pairs(store);
  ThreadPool one(1), three(3);
  for (const bool with_decoder : {false, true}) {
    const model::Model model = random_model(with_decoder);
    const auto tables = measure_substitutions(model, recipe, store, {}, pairs, one);
    CHECK(tables.size() == (with_decoder ? 3 : 2));
    CHECK(tables.count("vq") == 1);
    CHECK(tables.count("dpvq") == 1);
    CHECK(tables.count("pairalign") == (with_decoder ? 1 : 0));
    for (const auto& [tokenizer, table] : tables)
      CHECK(table.vocabulary == recipe.encoder.codes);
    CHECK(!same(tables, measure_substitutions(model, recipe, store, {}, {}, three)));
    CHECK(same(tables, measure_substitutions(model, recipe, store, {}, pairs, three)));
  }
}

TEST_CASE("counts are mixed by their shares, whatever their totals") {
  ConfusionCounts a(2), b(2);
  a.add(0, 0, 6);
  a.add(0, 1, 2);
  b.add(1, 1, 400);
  const ConfusionCounts mixed = mix(a, b, 0.25);
  CHECK(mixed.count(0, 0) == doctest::Approx(4.5));
  CHECK(mixed.count(0, 1) == doctest::Approx(1.5));
  CHECK(mixed.count(1, 1) == doctest::Approx(2));
  CHECK(mix(a, ConfusionCounts(2), 0.25).count(0, 0) == 6);
}

TEST_CASE("tokens that the other string lacks weigh less, by hand") {
  model::Substitution table;
  table.vocabulary = 3;
  table.scores = {8, -17, -17, -17, 8, -17, -17, -17, 8};
  const std::vector<StringPair> pairs(10, {{0, 1, 2}, {0, 2}});
  model::Substitution weighed = table;
  weigh_by_constancy(pairs, 0.5, weighed);
  // 10 of 50 tokens stand alone, all of them 1; each share as if of 5 more among 25 more.
  const double constant = -0.5 * std::log2(5.0 / 45 / 0.2),
               fickle = -0.5 * std::log2(15.0 / 35 / 0.2);
  CHECK(score(weighed, 0, 0) == 8 + std::lround(8 * constant));
  CHECK(score(weighed, 1, 1) == 8 + std::lround(8 * fickle));
  CHECK(score(weighed, 0, 1) == -17 + std::lround(4 * (constant + fickle)));
  CHECK(score(weighed, 1, 2) == score(weighed, 2, 1));
  weighed = table;
  weigh_by_constancy({{{0, 1}, {0, 1}}}, 0.5, weighed);
  CHECK(weighed.scores == table.scores);
}

TEST_CASE("a span is confused with nothing when its partner is its copy") {
  const PcmStore store = [] {
    PcmStore copies;
    for (int i = 0; i < 2; ++i)
      copies.add(model::self_test_signal());
    copies.seal();
    return copies;
  }();
  const RecordingNames names = test::make_names(store);
  Recipe recipe = test::small_recipe();
  recipe.pairs.table_share = 1;
  recipe.geometric.crop_seconds = 10;  // the whole recordings: the very same frames
  PairCollector collector(store, names, recipe.pairs);
  const test::TextFile list("pairs", "r0#t=0.2,0.9\tr1#t=0.2,0.9\n");
  collector.read_pairs(list.path());
  ThreadPool pool(1);
  const auto tables =
      measure_substitutions(random_model(false), recipe, store, {}, collector.finish(), pool);
  const model::Substitution& table = tables.at("vq");
  for (int a = 0; a < table.vocabulary; ++a) {
    for (int b = 0; b < table.vocabulary; ++b) {
      if (a != b) CHECK(score(table, a, b) == -17);
    }
  }
}

TEST_CASE("views that are not degraded are confused with nothing") {
  Recipe recipe = test::small_recipe();
  recipe.views = {};
  recipe.views.tempo = recipe.views.frequency = 0;
  recipe.views.equaliser_probability = recipe.views.noise_probability = 0;
  recipe.views.reverb_probability = recipe.views.band_pass_probability = 0;
  recipe.views.time_mask_probability = recipe.views.band_mask_probability = 0;
  recipe.views.gain_db = 0;
  // Pieces as long as their crops begin where these do: the very same frames.
  recipe.geometric.piece_low_seconds = recipe.geometric.piece_high_seconds = 1.2;
  ThreadPool pool(1);
  const auto tables =
      measure_substitutions(random_model(false), recipe, test::make_store(), {}, {}, pool);
  const model::Substitution& table = tables.at("vq");
  for (int a = 0; a < table.vocabulary; ++a) {
    for (int b = 0; b < table.vocabulary; ++b) {
      if (a != b) CHECK(score(table, a, b) == -17);  // log2 of 0.05: chance alone
    }
  }
}

TEST_CASE("no table without a rate curve, or for too large a vocabulary") {
  ThreadPool pool(1);
  const PcmStore store = test::make_store();
  model::Model model = random_model(false);
  model.set_rate_curve({});
  CHECK_THROWS_AS(measure_substitutions(model, test::small_recipe(), store, {}, {}, pool), Error);

  model::ModelInfo info = model.info();
  info.encoder.codes = model::Substitution::kLargestVocabulary + 1;
  nn::TensorTable table;
  const model::Encoder encoder(table, info.encoder);
  Random random(5);
  const model::Model large(info, table.initialise(random));
  CHECK(measure_substitutions(large, test::small_recipe(), store, {}, {}, pool).empty());
}

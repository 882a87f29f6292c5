#include <cmath>
#include <functional>

#include <doctest/doctest.h>

#include "nn/functions.hpp"
#include "train/frame_matching.hpp"
#include "train_fixture.hpp"

using namespace pairalign;
using namespace pairalign::train;

namespace {

constexpr int kDimension = 3;

std::vector<float> unit_rows(int rows, Random& random) {
  std::vector<float> result;
  for (int r = 0; r < rows; ++r) {
    float row[kDimension], square = 0;
    for (float& x : row) {
      x = static_cast<float>(random.normal());
      square += x * x;
    }
    for (const float x : row)
      result.push_back(x / std::sqrt(square));
  }
  return result;
}

double distance(const std::vector<float>& a, int i, const std::vector<float>& b, int j) {
  float cosine = 0;
  for (int d = 0; d < kDimension; ++d)
    cosine += a[nn::area(i, kDimension) + d] * b[nn::area(j, kDimension) + d];
  return static_cast<double>(1 - cosine);
}

// The cheapest of all paths, each walked to its end.
struct BestPath {
  double cost = HUGE_VAL;
  std::vector<std::pair<int, int>> cells;
};

void walk(const std::vector<float>& a, int rows, const std::vector<float>& b, int columns,
          std::vector<std::pair<int, int>>& cells, double cost, BestPath& best) {
  const auto [i, j] = cells.back();
  cost += distance(a, i, b, j);
  if (i == rows - 1 && j == columns - 1) {
    if (cost < best.cost) best = {cost, cells};
    return;
  }
  for (const auto& [di, dj] : {std::pair(1, 1), std::pair(1, 0), std::pair(0, 1)}) {
    if (i + di >= rows || j + dj >= columns) continue;
    cells.emplace_back(i + di, j + dj);
    walk(a, rows, b, columns, cells, cost, best);
    cells.pop_back();
  }
}

FrameAlignment brute_force(const std::vector<float>& a, int rows, const std::vector<float>& b,
                           int columns) {
  BestPath best;
  std::vector<std::pair<int, int>> cells = {{0, 0}};
  walk(a, rows, b, columns, cells, 0, best);
  FrameAlignment result{std::vector<int>(static_cast<std::size_t>(rows), -1),
                        std::vector<int>(static_cast<std::size_t>(columns), -1)};
  for (const auto& [i, j] : best.cells) {
    int& to_b = result.to_b[static_cast<std::size_t>(i)];
    int& to_a = result.to_a[static_cast<std::size_t>(j)];
    if (to_b < 0 || distance(a, i, b, j) < distance(a, i, b, to_b)) to_b = j;
    if (to_a < 0 || distance(a, i, b, j) < distance(a, to_a, b, j)) to_a = i;
  }
  return result;
}

struct PlanFixture {
  Recipe recipe = test::small_recipe();
  PcmStore store = test::make_store();
  NaturalPairs pairs = test::make_pairs(store);

  std::vector<CropPlan> plan(std::int64_t step, const NaturalPairs* source) {
    return plan_step(recipe.geometric, recipe.views, 5, store, step, source);
  }
};

}  // namespace

TEST_CASE("dynamic time warping finds the best of all paths") {
  Random random(1);
  for (int n = 0; n < 300; ++n) {
    const int rows = 1 + static_cast<int>(random.below(6));
    const int columns = 1 + static_cast<int>(random.below(6));
    const std::vector<float> a = unit_rows(rows, random), b = unit_rows(columns, random);
    const FrameAlignment path = align_frames(a.data(), rows, b.data(), columns, kDimension);
    const FrameAlignment expected = brute_force(a, rows, b, columns);
    CHECK(path.to_b == expected.to_b);
    CHECK(path.to_a == expected.to_a);
  }
}

TEST_CASE_FIXTURE(PlanFixture, "neighbours hold a pair, and their pieces lie over it") {
  recipe.geometric.pair_share = 1;
  recipe.geometric.pair_crossing = 0.5;
  int crossed = 0, pieces = 0;
  const auto unpaired = plan(0, nullptr);
  for (std::size_t c = 0; c < unpaired.size(); ++c) {
    CHECK(!unpaired[c].pair);
    CHECK(unpaired[c].content == c);
  }
  for (std::int64_t step = 0; step < 50; ++step) {
    const auto crops = plan(step, &pairs);
    CHECK(!crops.back().pair);  // the ninth has no neighbour
    for (std::size_t c = 0; c + 1 < crops.size(); ++c) {
      const CropPlan& crop = crops[c];
      REQUIRE(crop.pair);
      CHECK(crop.place.recording != crops[c ^ 1U].place.recording);
      CHECK(crop.content == crops[c ^ 1U].content);
      CHECK(crop.content != crops.back().content);
      CHECK(crop.pair->first >= 0);
      CHECK(crop.pair->first + crop.pair->samples <= crop.samples);
      CHECK(crop.place.first >= 0);
      CHECK(crop.place.first + crop.samples <= store.size(crop.place.recording));
      for (const ViewPlan& view : crop.views) {
        const std::int64_t covered =
            std::min(view.first + view.samples, crop.pair->first + crop.pair->samples) -
            std::max(view.first, crop.pair->first);
        CHECK(covered == std::min(view.samples, crop.pair->samples));
        CHECK(view.first >= 0);
        CHECK(view.first + view.samples <= crop.samples);
        crossed += view.crossed ? 1 : 0;
        ++pieces;
      }
    }
  }
  CHECK(crossed / static_cast<double>(pieces) == doctest::Approx(0.5).epsilon(0.1));
}

TEST_CASE_FIXTURE(PlanFixture, "pairs begin behind the warm-up, if there are any") {
  CropConfig config = recipe.geometric;
  config.pair_warmup = 0.5;
  CHECK(pairs_at(config, 3, 8, pairs) == nullptr);
  CHECK(pairs_at(config, 4, 8, pairs) == &pairs);
  CHECK(pairs_at(config, 4, 8, NaturalPairs()) == nullptr);
  config.pair_share = 0;
  CHECK(pairs_at(config, 4, 8, pairs) == nullptr);
}

TEST_CASE_FIXTURE(PlanFixture,
                  "crossed pieces are held against the partner, inside the span alone") {
  recipe.geometric.pair_share = 1;
  recipe.geometric.pair_crossing = 0.5;
  Random random(3);
  int elsewhere = 0, partnered = 0;
  for (std::int64_t step = 0; step < 20; ++step) {
    auto crops = plan(step, &pairs);
    for (CropPlan& crop : crops) {
      if (crop.pair) crop.pair->slack = step % 2 == 0 ? 0 : 800;
    }
    std::vector<int> crop_frames, starts = {0};
    for (const CropPlan& crop : crops) {
      crop_frames.push_back(frames_of(recipe.features, crop.samples, crop.warp));
      starts.push_back(starts.back() + crop_frames.back());
    }
    const std::vector<float> embeddings = unit_rows(starts.back(), random);
    const std::vector<int> matches =
        match_views(recipe.features, crops, crop_frames, embeddings.data(), kDimension);
    std::size_t row = 0;
    for (std::size_t c = 0; c < crops.size(); ++c) {
      const CropPlan& crop = crops[c];
      const double crop_step = model::kStride * recipe.features.hop * crop.warp.tempo;
      for (const ViewPlan& view : crop.views) {
        const int frames = frames_of(recipe.features, view.samples, view.warp);
        const auto own = match_frames(recipe.features, crop, view, frames, crop_frames[c]);
        for (int j = 0; j < frames; ++j, ++row) {
          const double at = own[static_cast<std::size_t>(j)] * crop_step;
          const bool inside =
              crop.pair && at >= static_cast<double>(crop.pair->first + crop.pair->slack) &&
              at < static_cast<double>(crop.pair->first + crop.pair->samples - crop.pair->slack);
          const int match = matches[row];
          if (!view.crossed || !inside) {
            CHECK(match == starts[c] + own[static_cast<std::size_t>(j)]);
            ++elsewhere;
          } else {
            CHECK(match >= starts[c ^ 1U]);
            CHECK(match < starts[(c ^ 1U) + 1]);
            ++partnered;
          }
        }
      }
    }
    CHECK(row == matches.size());
  }
  CHECK(elsewhere > 1000);
  CHECK(partnered > 1000);
}

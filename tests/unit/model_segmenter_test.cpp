#include <algorithm>
#include <limits>

#include <doctest/doctest.h>

#include "base/random.hpp"
#include "model/segmenter.hpp"

using namespace pairalign;
using namespace pairalign::model;

namespace {

using Similarities = std::vector<std::vector<float>>;

// Smooth enough in time that segments of several frames come out.
Similarities random_similarities(int frames, int codes, Random& random) {
  Similarities rows;
  std::vector<float> state(static_cast<std::size_t>(codes));
  for (int t = 0; t < frames; ++t) {
    for (float& value : state) {
      value = 0.7F * value + 0.3F * static_cast<float>(random.uniform(-1, 1));
    }
    rows.push_back(state);
  }
  return rows;
}

std::vector<Segment> run(Segmenter& segmenter, const Similarities& rows) {
  std::vector<Segment> segments;
  for (const auto& row : rows)
    segmenter.push(row.data(), segments);
  segmenter.finish(segments);
  return segments;
}

double path_cost(const Similarities& rows, const std::vector<int>& path, double penalty) {
  double cost = 0;
  for (std::size_t t = 0; t < path.size(); ++t) {
    cost += 1 - rows[t][static_cast<std::size_t>(path[t])];
    if (t == 0 || path[t] != path[t - 1]) cost += penalty;
  }
  return cost;
}

std::vector<int> expand(const std::vector<Segment>& segments, std::size_t frames) {
  std::vector<int> path(frames);
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const auto end =
        i + 1 < segments.size() ? static_cast<std::size_t>(segments[i + 1].first_frame) : frames;
    for (auto t = static_cast<std::size_t>(segments[i].first_frame); t < end; ++t) {
      path[t] = segments[i].token;
    }
  }
  return path;
}

// The plain dynamic programme with all back pointers kept.
double best_cost(const Similarities& rows, double penalty) {
  const std::size_t codes = rows[0].size();
  std::vector<double> cost(codes, penalty);
  for (std::size_t t = 0; t < rows.size(); ++t) {
    const double switched = *std::min_element(cost.begin(), cost.end()) + penalty;
    for (std::size_t k = 0; k < codes; ++k) {
      cost[k] = (t == 0 ? cost[k] : std::min(cost[k], switched)) + 1 - rows[t][k];
    }
  }
  return *std::min_element(cost.begin(), cost.end());
}

}  // namespace

TEST_CASE("nearest code: runs become one segment each, the lowest code wins a tie") {
  NearestCodeSegmenter segmenter(3);
  const auto segments = run(segmenter, {{.9F, 0, 0}, {.8F, 0, 0}, {0, .5F, .5F}, {.2F, .1F, 0}});
  REQUIRE(segments.size() == 3);
  CHECK(segments[0].token == 0);
  CHECK(segments[1].token == 1);
  CHECK(segments[1].first_frame == 2);
  CHECK(segments[2].token == 0);
  CHECK(segments[2].first_frame == 3);
}

TEST_CASE("duration-penalised: cheapest of all paths, by enumeration") {
  Random random(1);
  for (int trial = 0; trial < 60; ++trial) {
    const int frames = 1 + static_cast<int>(random.below(7)), codes = 3;
    const double penalty = random.uniform(0, 0.8);
    const Similarities rows = random_similarities(frames, codes, random);
    int paths = 1;
    for (int t = 0; t < frames; ++t)
      paths *= codes;
    double best = std::numeric_limits<double>::max();
    for (int n = 0; n < paths; ++n) {
      std::vector<int> path;
      for (int t = 0, rest = n; t < frames; ++t, rest /= codes)
        path.push_back(rest % codes);
      best = std::min(best, path_cost(rows, path, penalty));
    }
    DurationPenalisedSegmenter segmenter(codes, penalty);
    const auto segments = run(segmenter, rows);
    CHECK(path_cost(rows, expand(segments, rows.size()), penalty) ==
          doctest::Approx(best).epsilon(1e-5));
  }
}

TEST_CASE("duration-penalised: settling frames early changes nothing over long recordings") {
  Random random(2);
  for (const int codes : {5, 64, 70}) {
    for (const double penalty : {0.0, 0.3, 2.0}) {
      const Similarities rows = random_similarities(2000, codes, random);
      DurationPenalisedSegmenter segmenter(codes, penalty);
      std::vector<Segment> segments;
      std::size_t settled_at_half = 0;
      for (std::size_t t = 0; t < rows.size(); ++t) {
        segmenter.push(rows[t].data(), segments);
        if (t == 1000) settled_at_half = segments.size();
      }
      segmenter.finish(segments);
      CHECK(settled_at_half > 0);
      for (const std::size_t interval : {1, 5, 3000}) {
        DurationPenalisedSegmenter other(codes, penalty, interval);
        CHECK(expand(run(other, rows), rows.size()) == expand(segments, rows.size()));
      }
      const auto path = expand(segments, rows.size());
      CHECK(path_cost(rows, path, penalty) ==
            doctest::Approx(best_cost(rows, penalty)).epsilon(1e-5));
      for (std::size_t i = 1; i < segments.size(); ++i) {
        REQUIRE(segments[i].first_frame > segments[i - 1].first_frame);
        REQUIRE(segments[i].token != segments[i - 1].token);
      }
    }
  }
}

TEST_CASE("no frames, no segments") {
  DurationPenalisedSegmenter penalised(4, 0.1);
  NearestCodeSegmenter nearest(4);
  CHECK(run(penalised, {}).empty());
  CHECK(run(nearest, {}).empty());
}

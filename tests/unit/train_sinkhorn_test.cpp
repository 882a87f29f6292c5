#include <cmath>

#include <doctest/doctest.h>

#include "base/random.hpp"
#include "train/balance.hpp"

using namespace pairalign;
using namespace pairalign::train;

namespace {

constexpr int kCodes = 6;

struct Problem {
  std::vector<std::vector<float>> blocks;
  std::vector<std::vector<float>> weights;

  std::vector<const std::vector<float>*> weight_pointers() const {
    std::vector<const std::vector<float>*> pointers;
    for (const auto& block : weights)
      pointers.push_back(&block);
    return pointers;
  }
};

Problem random_problem() {
  Random random(1);
  Problem problem;
  for (const int rows : {5, 9, 1}) {
    std::vector<float> block, weights;
    for (int i = 0; i < rows * kCodes; ++i) {
      block.push_back(static_cast<float>(random.uniform(-1, 1)));
    }
    for (int i = 0; i < rows; ++i)
      weights.push_back(static_cast<float>(random.uniform(0.1, 1)));
    problem.blocks.push_back(block);
    problem.weights.push_back(weights);
  }
  return problem;
}

std::vector<double> column_sums(const Problem& problem) {
  std::vector<double> sums(kCodes);
  for (std::size_t b = 0; b < problem.blocks.size(); ++b) {
    for (std::size_t i = 0; i < problem.blocks[b].size(); ++i) {
      sums[i % kCodes] += double{problem.blocks[b][i]} * problem.weights[b][i / kCodes];
    }
  }
  return sums;
}

}  // namespace

TEST_CASE("rows sum to one, and after many iterations the codes share the weight equally") {
  ThreadPool pool(2);
  Problem problem = random_problem();
  balance_assignments(problem.blocks, problem.weight_pointers(), kCodes, 0.3, 200, pool);
  double total = 0;
  for (std::size_t b = 0; b < problem.blocks.size(); ++b) {
    for (std::size_t r = 0; r < problem.weights[b].size(); ++r) {
      double sum = 0;
      for (int j = 0; j < kCodes; ++j)
        sum += problem.blocks[b][r * kCodes + j];
      CHECK(sum == doctest::Approx(1));
      total += problem.weights[b][r];
    }
  }
  for (const double sum : column_sums(problem)) {
    CHECK(sum == doctest::Approx(total / kCodes).epsilon(1e-3));
  }
}

TEST_CASE("two iterations equal the alternation written out on a dense matrix") {
  ThreadPool pool(1);
  Problem problem = random_problem();
  const double epsilon = 0.2;
  std::vector<std::vector<double>> q;
  std::vector<double> w;
  for (std::size_t b = 0; b < problem.blocks.size(); ++b) {
    for (std::size_t r = 0; r < problem.weights[b].size(); ++r) {
      q.emplace_back();
      for (int j = 0; j < kCodes; ++j) {
        q.back().push_back(std::exp(problem.blocks[b][r * kCodes + j] / epsilon));
      }
      w.push_back(problem.weights[b][r]);
    }
  }
  double total = 0;
  for (const double x : w)
    total += x;
  const auto normalise_rows = [&] {
    for (auto& row : q) {
      double sum = 0;
      for (const double x : row)
        sum += x;
      for (double& x : row)
        x /= sum;
    }
  };
  for (int i = 0; i < 2; ++i) {
    normalise_rows();
    for (int j = 0; j < kCodes; ++j) {
      double sum = 0;
      for (std::size_t r = 0; r < q.size(); ++r)
        sum += w[r] * q[r][j];
      for (auto& row : q)
        row[j] *= total / kCodes / sum;
    }
  }
  normalise_rows();
  balance_assignments(problem.blocks, problem.weight_pointers(), kCodes, epsilon, 2, pool);
  std::size_t row = 0;
  for (const auto& block : problem.blocks) {
    for (std::size_t i = 0; i < block.size(); ++i) {
      REQUIRE(block[i] == doctest::Approx(q[row + i / kCodes][i % kCodes]).epsilon(1e-3));
    }
    row += block.size() / kCodes;
  }
}

TEST_CASE("the result does not depend on the number of threads") {
  Problem one = random_problem(), many = random_problem();
  ThreadPool single(1), several(3);
  balance_assignments(one.blocks, one.weight_pointers(), kCodes, 0.05, 3, single);
  balance_assignments(many.blocks, many.weight_pointers(), kCodes, 0.05, 3, several);
  CHECK(one.blocks == many.blocks);
}

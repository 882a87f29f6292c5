#include <algorithm>
#include <numeric>

#include <doctest/doctest.h>

#include "train/balance.hpp"

using namespace pairalign::train;

TEST_CASE("weights of a choice: inverse to the share, within bounds, none without balance") {
  const std::vector<float> shares = {0.25F, 0.5F, 0.24F, 0.01F};
  const std::vector<float> whole = balance_weights(shares, 1);
  CHECK(whole[0] == doctest::Approx(1));
  CHECK(whole[1] == doctest::Approx(0.5));
  CHECK(whole[3] == doctest::Approx(kMaxBalance));  // not 25
  CHECK(balance_weights(shares, 0.5)[1] == doctest::Approx(0.7071068));
  CHECK(balance_weights(shares, 0) == std::vector<float>(4, 1.0F));
  CHECK(balance_weights({0, 1}, 1)[0] == doctest::Approx(kMaxBalance));
}

TEST_CASE("shares follow the counts and stay shares") {
  std::vector<float> shares(4, 0.25F);
  move_shares({0, 0, 0, 0}, shares);
  CHECK(shares == std::vector<float>(4, 0.25F));
  for (int step = 0; step < 500; ++step)
    move_shares({30, 10, 0, 0}, shares);
  CHECK(shares[0] == doctest::Approx(0.75).epsilon(1e-3));
  CHECK(shares[1] == doctest::Approx(0.25).epsilon(1e-3));
  CHECK(std::accumulate(shares.begin(), shares.end(), 0.0F) == doctest::Approx(1));
}

// A chooser with fixed likings: the choices even out.
TEST_CASE("balance makes use of what is a little less likely") {
  const auto spread = [](double balance) {
    const std::vector<float> likings = {0.4F, 0.35F, 0.25F};
    std::vector<float> shares(3, 1.0F / 3);
    for (int step = 0; step < 2000; ++step) {
      const std::vector<float> weights = balance_weights(shares, balance);
      std::size_t best = 0;
      for (std::size_t k = 1; k < 3; ++k)
        if (likings[k] * weights[k] > likings[best] * weights[best]) best = k;
      std::vector<double> counts(3);
      counts[best] = 1;
      move_shares(counts, shares);
    }
    return *std::min_element(shares.begin(), shares.end());
  };
  CHECK(spread(0) < 1e-6F);
  CHECK(spread(1) > 0.2F);
}

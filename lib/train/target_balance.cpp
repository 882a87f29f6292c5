#include "train/target_balance.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace pairalign::train {
namespace {

constexpr double kMoved = 0.02;  // a mean over some 50 steps, 60,000 tokens

}  // namespace

std::vector<float> balance_weights(const std::vector<float>& shares, double balance) {
  std::vector<float> weights;
  for (const float share : shares) {
    const double ratio = static_cast<double>(share) * static_cast<double>(shares.size());
    const double weight = std::pow(std::max(ratio, 1e-9), -balance);
    weights.push_back(static_cast<float>(std::clamp(weight, 1 / kMaxBalance, kMaxBalance)));
  }
  return weights;
}

void move_shares(const std::vector<double>& counts, std::vector<float>& shares) {
  const double total = std::accumulate(counts.begin(), counts.end(), 0.0);
  if (total <= 0) return;
  for (std::size_t k = 0; k < shares.size(); ++k) {
    const double share = static_cast<double>(shares[k]);
    shares[k] = static_cast<float>(share + kMoved * (counts[k] / total - share));
  }
}

}  // namespace pairalign::train

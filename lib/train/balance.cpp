#include "train/balance.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "base/multiversion.hpp"
#include "nn/fast_math.hpp"
#include "nn/functions.hpp"

namespace pairalign::train {
namespace {

constexpr double kMoved = 0.02;  // of shares: a mean over some 50 steps, 60,000 tokens

PAIRALIGN_MULTIVERSION
void exponentiate(float* x, std::size_t n, float scale) {
  // Cosines are at most 1; subtracting that keeps the exponent in range for any ε ≥ 0.02.
  for (std::size_t i = 0; i < n; ++i)
    x[i] = nn::fast_exp((x[i] - 1.0F) * scale);
}

// sums[j] += Σ_rows w[row] x[row, j] / Σ_j' x[row, j'] c[j']: weighted column sums of the
// row-normalised matrix, without the factor c[j].
void add_column_sums(const float* x, const float* w, std::size_t rows, std::size_t cols,
                     const float* c, float* sums) {
  for (std::size_t r = 0; r < rows; ++r) {
    const float* row = x + r * cols;
    const float total = nn::dot(row, c, cols);
    if (total > 0) nn::add_scaled(w[r] / total, row, cols, sums);
  }
}

PAIRALIGN_MULTIVERSION
void normalise_rows(float* x, std::size_t rows, std::size_t cols, const float* c) {
  for (std::size_t r = 0; r < rows; ++r) {
    float* row = x + r * cols;
    const float total = nn::dot(row, c, cols);
    const float scale = total > 0 ? 1.0F / total : 0.0F;
    for (std::size_t j = 0; j < cols; ++j)
      row[j] *= c[j] * scale;
  }
}

}  // namespace

void balance_assignments(std::vector<std::vector<float>>& blocks,
                         const std::vector<const std::vector<float>*>& weights, int codes,
                         double epsilon, int iterations, ThreadPool& pool,
                         const Communicator& peers) {
  const auto cols = static_cast<std::size_t>(codes);
  double total_weight = 0;
  for (const auto* block : weights)
    total_weight += std::accumulate(block->begin(), block->end(), 0.0);
  const auto share = static_cast<float>(peers.sum_of(total_weight) / codes);
  pool.parallel_for(blocks.size(), [&](std::size_t b) {
    exponentiate(blocks[b].data(), blocks[b].size(), static_cast<float>(1 / epsilon));
  });
  std::vector<float> c(cols, 1.0F);
  std::vector<std::vector<float>> partial(blocks.size());
  for (int i = 0; i < iterations; ++i) {
    pool.parallel_for(blocks.size(), [&](std::size_t b) {
      partial[b].assign(cols, 0.0F);
      add_column_sums(blocks[b].data(), weights[b]->data(), blocks[b].size() / cols, cols, c.data(),
                      partial[b].data());
    });
    std::vector<float> sums(cols);
    for (const auto& part : partial) {
      for (std::size_t j = 0; j < cols; ++j)
        sums[j] += part[j];
    }
    peers.sum(Span<float>(sums));
    for (std::size_t j = 0; j < cols; ++j) {
      if (sums[j] > 0) c[j] = share / sums[j];
    }
  }
  pool.parallel_for(blocks.size(), [&](std::size_t b) {
    normalise_rows(blocks[b].data(), blocks[b].size() / cols, cols, c.data());
  });
}

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

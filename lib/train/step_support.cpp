#include "train/step_support.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/multiversion.hpp"
#include "nn/functions.hpp"
#include "nn/shape.hpp"

namespace pairalign::train {

PAIRALIGN_MULTIVERSION
void move_average(const float* x, float decay, std::size_t n, float* average) {
  for (std::size_t i = 0; i < n; ++i)
    average[i] = decay * average[i] + (1.0F - decay) * x[i];
}

double ema_decay(double start, double end, std::int64_t step, std::int64_t steps) {
  const double progress = std::min(1.0, static_cast<double>(step) / static_cast<double>(steps));
  const double half_cosine = 0.5 * (1 + std::cos(3.141592653589793 * progress));
  return end - (end - start) * half_cosine;
}

void sum_gradients(std::vector<std::vector<float>>& shards, ThreadPool& pool) {
  constexpr std::size_t kPiece = 1 << 16;
  std::vector<float>& total = shards[0];
  pool.parallel_for((total.size() + kPiece - 1) / kPiece, [&](std::size_t i) {
    const std::size_t begin = i * kPiece, count = std::min(kPiece, total.size() - begin);
    for (std::size_t s = 1; s < shards.size(); ++s)
      nn::add(shards[s].data() + begin, count, total.data() + begin);
  });
}

std::vector<float> unit_codes(const float* codebook, int codes, int dimension,
                              std::vector<float>& norms) {
  std::vector<float> unit(nn::area(codes, dimension));
  norms.resize(static_cast<std::size_t>(codes));
  nn::l2_normalize_forward(codebook, codes, dimension, unit.data(), norms.data());
  return unit;
}

std::vector<float> grow_parameters(const nn::TensorTable& table, std::uint64_t seed,
                                   const std::vector<float>& earlier) {
  if (earlier.size() > table.size()) throw Error("", "more parameters than the stage has");
  Random random(seed);
  std::vector<float> parameters = table.initialise(random);
  std::copy(earlier.begin(), earlier.end(), parameters.begin());
  return parameters;
}

std::uint64_t stage_seed(std::uint64_t seed, const std::string& stage) {
  return seed ^ hash64(stage.data(), stage.size());
}

}  // namespace pairalign::train

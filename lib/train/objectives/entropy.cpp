// Rewards the entropy of the mean distribution over tokens, so that the whole vocabulary is used.
#include <algorithm>
#include <cmath>

#include "nn/functions.hpp"
#include "train/objective.hpp"

namespace pairalign::train {

double entropy_loss(const ObjectiveInput& in, double weight, Measures& measures) {
  const auto outputs = static_cast<std::size_t>(in.decoder.outputs());
  const int rows = static_cast<int>(in.shard.targets.size());
  const std::vector<float>& p = in.cache.probabilities;
  const std::size_t size = nn::area(rows, in.decoder.outputs());
  std::vector<double> mean(outputs);
  for (std::size_t i = 0; i < size; ++i)
    mean[i % outputs] += static_cast<double>(p[i]) / rows;
  double entropy = 0;  // nats
  std::vector<float> gradient(outputs);
  for (std::size_t k = 0; k < outputs; ++k) {
    const double log_mean = std::log(std::max(mean[k], 1e-12));
    entropy -= mean[k] * log_mean;
    gradient[k] = static_cast<float>(weight * in.scales.shard * (log_mean + 1) / rows);
  }
  for (std::size_t i = 0; i < size; ++i)
    in.gradients.probabilities[i] += gradient[i % outputs];
  measures.add_total("entropy", entropy * in.scales.shard);
  return -entropy * in.scales.shard;
}

}  // namespace pairalign::train

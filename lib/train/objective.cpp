#include "train/objective.hpp"

#include <algorithm>
#include <cmath>

#include "nn/functions.hpp"

namespace pairalign::train {
namespace {

constexpr float kMinProbability = 1e-8F;  // floor under a logarithm

}  // namespace

// In the order in which they add to the gradients.
ObjectiveLoss token_loss, pointer_loss, end_loss, entropy_loss, contrast_loss, frame_loss;

const std::vector<Objective>& objectives() {
  static const std::vector<Objective> all = {
      // name, loss, weight in stage II, in stage III
      {nullptr, token_loss, 1, 1},           {"pointer", pointer_loss, 0.3, 0.3},
      {"end", end_loss, 0.5, 0.5},           {"entropy", entropy_loss, 0, 0.03},
      {"contrast", contrast_loss, 0.1, 0.1}, {"frame", frame_loss, 0, 0.5},
  };
  return all;
}

double negative_log(float probability) {
  return -std::log(static_cast<double>(std::max(probability, kMinProbability)));
}

float negative_log_gradient(double weight, float probability) {
  return -static_cast<float>(weight) / std::max(probability, kMinProbability);
}

void Measures::operator+=(const Measures& other) {
  measures_.resize(std::max(measures_.size(), other.measures_.size()));
  for (std::size_t i = 0; i < other.measures_.size(); ++i) {
    Measure& own = measures_[i];
    own.name = other.measures_[i].name;
    own.is_mean = other.measures_[i].is_mean;
    own.sum += other.measures_[i].sum;
    own.weight += other.measures_[i].weight;
  }
}

void Measures::sum_over(const Communicator& peers) {
  for (Measure& measure : measures_)
    peers.sum_each({&measure.sum, &measure.weight});
}

void Measures::report(StepReport& report) const {
  for (const Measure& m : measures_) {
    if (!m.is_mean) report.add_term(m.name, m.sum);
    if (m.is_mean && m.weight > 0) report.add_term(m.name, m.sum / m.weight, m.weight);
  }
}

StepWeights step_weights(double masked, double unmasked, double masked_weight) {
  if (masked == 0) masked_weight = 0;
  if (unmasked == 0) masked_weight = 1;
  StepWeights weights;
  if (masked > 0) weights.masked = masked_weight / masked;
  if (unmasked > 0) weights.unmasked = (1 - masked_weight) / unmasked;
  return weights;
}

void take_losses(const ObjectiveInput& in, DecoderShard& shard) {
  const model::Decoder& decoder = in.decoder;
  in.gradients.probabilities.assign(nn::area(in.cache.rows, decoder.outputs()), 0.0F);
  in.gradients.pointer.assign(nn::area(in.cache.rows, decoder.window()), 0.0F);
  in.gradients.ends.assign(nn::area(in.cache.rows, decoder.config().longest), 0.0F);
  shard.loss = 0;
  shard.measures = {};
  for (const Objective& objective : objectives()) {
    const double weight = objective.name == nullptr ? 1 : in.config.weights.at(objective.name);
    shard.loss += weight * objective.loss(in, weight, shard.measures);
  }
}

}  // namespace pairalign::train

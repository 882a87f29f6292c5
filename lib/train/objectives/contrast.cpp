// Contrastive loss, a softmax classification: a string must be likelier under its own audio than
// others are, and than it is under other audio.
#include <algorithm>
#include <cmath>

#include "align/unit_cost.hpp"
#include "train/objective.hpp"

namespace pairalign::train {
namespace {

// −log of the softmax of `own` among `own` and `others`, with the mean log-likelihood per token
// over the temperature as the logit. `correct`: whether `own` is the likeliest.
double classification_loss(const ObjectiveInput& in, std::size_t own,
                           const std::vector<std::size_t>& others, double weight, bool& correct) {
  const double temperature = in.config.contrast_temperature;
  const model::DecoderBatch& batch = in.shard.batch;
  const auto outputs = static_cast<std::size_t>(in.decoder.outputs());
  std::vector<std::size_t> sequences = {own};
  sequences.insert(sequences.end(), others.begin(), others.end());
  std::vector<std::size_t> first_rows(batch.sequences.size() + 1);
  for (std::size_t s = 0; s < batch.sequences.size(); ++s)
    first_rows[s + 1] = first_rows[s] + static_cast<std::size_t>(batch.sequences[s].steps);
  const auto output_of = [&](std::size_t row) {
    return row * outputs + static_cast<std::size_t>(batch.tokens[row]);
  };
  std::vector<double> likelihood;
  for (const std::size_t s : sequences) {
    double sum = 0;
    for (std::size_t r = first_rows[s]; r < first_rows[s + 1]; ++r)
      sum -= negative_log(in.cache.probabilities[output_of(r)]);
    likelihood.push_back(sum / batch.sequences[s].steps / temperature);
  }
  const double highest = *std::max_element(likelihood.begin(), likelihood.end());
  correct = likelihood[0] == highest;
  double total = 0;
  for (const double value : likelihood)
    total += std::exp(value - highest);
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    const std::size_t s = sequences[i];
    const double share = std::exp(likelihood[i] - highest) / total;
    const double step_weight =
        weight * ((i == 0 ? 1.0 : 0.0) - share) / (temperature * batch.sequences[s].steps);
    for (std::size_t r = first_rows[s]; r < first_rows[s + 1]; ++r) {
      in.gradients.probabilities[output_of(r)] +=
          negative_log_gradient(step_weight, in.cache.probabilities[output_of(r)]);
    }
  }
  return std::log(total) + highest - likelihood[0];
}

}  // namespace

double contrast_loss(const ObjectiveInput& in, double weight, Measures& measures) {
  if (in.scales.contrast == 0) return 0;
  const double scale = 0.5 * in.scales.contrast;
  double loss = 0, correct = 0;
  for (const DecoderShard::Contrast& contrast : in.shard.contrasts) {
    for (const auto* others : {&contrast.strings, &contrast.conditions}) {
      bool is_correct = false;
      loss += classification_loss(in, contrast.own, *others, scale * weight, is_correct);
      correct += is_correct ? 1 : 0;
    }
  }
  measures.add_total("contrast", scale * loss);
  measures.add_total("contrast_correct", scale * correct);
  return scale * loss;
}

std::vector<std::vector<std::size_t>> hardest_negatives(const std::vector<TargetString>& strings,
                                                        const std::vector<std::size_t>& contents,
                                                        int count) {
  std::vector<std::vector<tokens::Token>> distinct;
  for (const TargetString& string : strings) {
    const std::vector<int> tokens = distinct_tokens(string);
    distinct.emplace_back(tokens.begin(), tokens.end());
  }
  std::vector<std::vector<std::size_t>> result(strings.size());
  for (std::size_t i = 0; i < strings.size(); ++i) {
    std::vector<std::pair<double, std::size_t>> ranked;
    for (std::size_t j = 0; j < strings.size(); ++j) {
      if (contents[i] == contents[j]) continue;
      const double longer =
          static_cast<double>(std::max({distinct[i].size(), distinct[j].size(), std::size_t{1}}));
      ranked.emplace_back(
          static_cast<double>(align::edit_distance(distinct[i], distinct[j])) / longer, j);
    }
    std::sort(ranked.begin(), ranked.end());
    ranked.resize(std::min(ranked.size(), static_cast<std::size_t>(count)));
    for (const auto& [distance, j] : ranked)
      result[i].push_back(j);
  }
  return result;
}

}  // namespace pairalign::train

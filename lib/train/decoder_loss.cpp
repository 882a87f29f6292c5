#include "train/decoder_loss.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "align/unit_cost.hpp"
#include "nn/shape.hpp"

namespace pairalign::train {
namespace {

using nn::area;

constexpr float kSmallest = 1e-8F;  // of a probability under a logarithm

double log_of(float probability) {
  return std::log(static_cast<double>(std::max(probability, kSmallest)));
}

// d(−weight · log p)/dp
float dlog(double weight, float probability) {
  return -static_cast<float>(weight) / std::max(probability, kSmallest);
}

// Frames behind the anchor at which the cumulated distribution of the end reaches a half.
int median_length(const float* ends, int longest) {
  float sum = 0;
  for (int d = 0; d < longest; ++d) {
    sum += ends[d];
    if (sum >= 0.5F) return d + 1;
  }
  return longest;
}

// One step of teacher forcing: `row` of the outputs against `target`.
void step_loss(const DecoderStageConfig& config, const StepTarget& target, std::size_t row,
               double weight, const DecoderOutputs& out, StringTerms& terms) {
  const model::Decoder& decoder = out.decoder;
  const int anchor = out.batch.anchors[row];
  const std::size_t at = row * static_cast<std::size_t>(decoder.outputs());
  const float* p = out.cache.probabilities.data() + at;
  terms.weight += weight;
  terms.positive -= weight * log_of(p[target.token]);
  out.gradients.probabilities[at + static_cast<std::size_t>(target.token)] +=
      dlog(weight, p[target.token]);
  terms.correct += std::max_element(p, p + decoder.outputs()) == p + target.token ? weight : 0;
  if (target.end <= target.start) return;

  terms.token_weight += weight;
  const int window = decoder.window();
  const int place = target.start - (anchor - decoder.config().look_back);
  const int first = std::clamp(place, 0, window);
  const int last = std::clamp(place + target.end - target.start, first, window);
  const std::size_t pointer_at = row * static_cast<std::size_t>(window);
  const float* pointer = out.cache.pointer.data() + pointer_at;
  const float mass = std::accumulate(pointer + first, pointer + last, 0.0F);
  terms.pointer -= weight * log_of(mass);
  terms.mass += weight * static_cast<double>(mass);
  float* dpointer = out.gradients.pointer.data() + pointer_at;
  for (int j = first; j < last; ++j)
    dpointer[j] += dlog(weight * config.pointer_weight, mass);

  const int longest = decoder.config().longest;
  const int length = std::clamp(target.end - anchor, 1, longest);
  const std::size_t end_at = row * static_cast<std::size_t>(longest);
  const float* ends = out.cache.ends.data() + end_at;
  terms.end -= weight * log_of(ends[length - 1]);
  out.gradients.ends[end_at + static_cast<std::size_t>(length) - 1] +=
      dlog(weight * config.end_weight, ends[length - 1]);
  terms.near_end += std::abs(median_length(ends, longest) - length) <= 1 ? weight : 0;
}

}  // namespace

void StringTerms::operator+=(const StringTerms& other) {
  positive += other.positive;
  pointer += other.pointer;
  end += other.end;
  correct += other.correct;
  near_end += other.near_end;
  mass += other.mass;
  weight += other.weight;
  token_weight += other.token_weight;
}

void StringTerms::sum_over(const Communicator& peers) {
  peers.sum_each({&positive, &pointer, &end, &correct, &near_end, &mass, &weight, &token_weight});
}

void clear(const model::Decoder& decoder, int rows, model::Decoder::OutputGradients& gradients) {
  gradients.probabilities.assign(area(rows, decoder.outputs()), 0.0F);
  gradients.pointer.assign(area(rows, decoder.window()), 0.0F);
  gradients.ends.assign(area(rows, decoder.config().longest), 0.0F);
}

StepWeights step_weights(std::int64_t masked, std::int64_t unmasked, double masked_weight) {
  if (masked == 0) masked_weight = 0;
  if (unmasked == 0) masked_weight = 1;
  StepWeights weights;
  if (masked > 0) weights.masked = masked_weight / static_cast<double>(masked);
  if (unmasked > 0) weights.unmasked = (1 - masked_weight) / static_cast<double>(unmasked);
  return weights;
}

StringTerms string_loss(const DecoderStageConfig& config, const std::vector<StepTarget>& targets,
                        int first_row, const StepWeights& weights, const DecoderOutputs& out) {
  StringTerms terms;
  auto row = static_cast<std::size_t>(first_row);
  for (const StepTarget& target : targets) {
    const bool masked = out.batch.inputs[row] == out.decoder.mask();
    const double weight = target.weight * (masked ? weights.masked : weights.unmasked);
    step_loss(config, target, row++, weight, out, terms);
  }
  return terms;
}

double entropy_reward(int rows, double weight, const DecoderOutputs& out) {
  const auto outputs = static_cast<std::size_t>(out.decoder.outputs());
  std::vector<double> mean(outputs);
  const std::vector<float>& p = out.cache.probabilities;
  const std::size_t size = area(rows, out.decoder.outputs());
  for (std::size_t i = 0; i < size; ++i)
    mean[i % outputs] += static_cast<double>(p[i]) / rows;
  double entropy = 0;
  std::vector<float> gradient(outputs);
  for (std::size_t k = 0; k < outputs; ++k) {
    const double log_mean = std::log(std::max(mean[k], 1e-12));
    entropy -= mean[k] * log_mean;
    gradient[k] = static_cast<float>(weight * (log_mean + 1) / rows);
  }
  for (std::size_t i = 0; i < size; ++i)
    out.gradients.probabilities[i] += gradient[i % outputs];
  return entropy;
}

double contrast_loss(std::size_t own, const std::vector<std::size_t>& others, double temperature,
                     double weight, const DecoderOutputs& out, bool& correct) {
  const auto outputs = static_cast<std::size_t>(out.decoder.outputs());
  std::vector<std::size_t> sequences = {own};
  sequences.insert(sequences.end(), others.begin(), others.end());
  std::vector<std::size_t> first_rows(out.batch.sequences.size() + 1);
  for (std::size_t s = 0; s < out.batch.sequences.size(); ++s) {
    first_rows[s + 1] = first_rows[s] + static_cast<std::size_t>(out.batch.sequences[s].steps);
  }
  std::vector<double> likelihood;
  for (const std::size_t s : sequences) {
    double sum = 0;
    for (std::size_t r = first_rows[s]; r < first_rows[s + 1]; ++r) {
      sum += log_of(
          out.cache.probabilities[r * outputs + static_cast<std::size_t>(out.batch.tokens[r])]);
    }
    likelihood.push_back(sum / out.batch.sequences[s].steps / temperature);
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
        weight * ((i == 0 ? 1.0 : 0.0) - share) / (temperature * out.batch.sequences[s].steps);
    for (std::size_t r = first_rows[s]; r < first_rows[s + 1]; ++r) {
      const std::size_t at = r * outputs + static_cast<std::size_t>(out.batch.tokens[r]);
      out.gradients.probabilities[at] += dlog(step_weight, out.cache.probabilities[at]);
    }
  }
  return std::log(total) + highest - likelihood[0];
}

std::vector<std::vector<std::size_t>> hardest_negatives(const std::vector<TargetString>& strings,
                                                        const std::vector<int>& contents,
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

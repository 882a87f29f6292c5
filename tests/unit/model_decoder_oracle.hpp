// One string of the decoder by its formulas, step by step in scalar loops over doubles.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "model_decoder_fixture.hpp"

namespace pairalign::test {

using Doubles = std::vector<double>;

/// Where the runs begin of the path that costs least, and the number of frames: of all ways to cut
/// the frames, with one code a run, at 1 − similarity a frame and `penalty` a run. Without a
/// penalty each frame is a run.
inline std::vector<std::size_t> best_runs(const std::vector<Doubles>& similarity, double penalty) {
  const std::size_t frames = similarity.size();
  Doubles cost(frames + 1, std::numeric_limits<double>::infinity());
  std::vector<std::size_t> last_run(frames + 1);
  cost[0] = 0;
  for (std::size_t end = 1; end <= frames; ++end) {
    for (std::size_t begin = penalty > 0 ? 0 : end - 1; begin < end; ++begin) {
      for (std::size_t code = 0; code < similarity[0].size(); ++code) {
        double sum = cost[begin] + penalty;
        for (std::size_t t = begin; t < end; ++t)
          sum += 1 - similarity[t][code];
        if (sum < cost[end]) {
          cost[end] = sum;
          last_run[end] = begin;
        }
      }
    }
  }
  std::vector<std::size_t> runs = {frames};
  while (runs.back() > 0)
    runs.push_back(last_run[runs.back()]);
  std::reverse(runs.begin(), runs.end());
  return runs;
}

class DecoderOracle {
 public:
  struct Step {
    Doubles probabilities, pointer, ends;
  };

  DecoderOracle(const DecoderFixture& fixture, const DecoderSequence& sequence)
      : f_(fixture), config_(fixture.decoder.config()) {
    for (int j = 0; j < sequence.frames; ++j) {
      const float* frame = fixture.frames.data() + area(sequence.first_frame + j, 16);
      frames_.emplace_back(frame, frame + 16);
      memory_.push_back(affine("decoder.memory", frames_.back()));
    }
    if (config_.copy) find_posteriors();
    keys_.resize(static_cast<std::size_t>(config_.layers));
    values_.resize(keys_.size());
  }

  /// The next step of the string.
  Step step(int input, int anchor, int token) {
    first_ = std::max(0, anchor - config_.look_back);
    last_ = std::min(static_cast<int>(frames_.size()), anchor + config_.look_ahead);
    const int place = first_ - (anchor - config_.look_back);
    Doubles x = row("decoder.embedding.weight", input, config_.width);
    if (config_.summary) add(affine("decoder.summary", mean_frame()), x);
    for (int i = 0; i < config_.layers; ++i)
      layer(i, place, x);
    const Doubles h = norm("decoder.final_norm", x);

    Step result;
    const Doubles vocabulary = softmax(affine("decoder.vocabulary", h));
    const int pointer_keys = 2 * config_.layers * config_.width;
    const Doubles weights = attend(affine("decoder.pointer_query", h), 0, config_.pointer_width,
                                   memory_columns(first_, last_, pointer_keys),
                                   row("decoder.pointer_bias", 0, f_.decoder.window()), place);
    result.pointer.assign(static_cast<std::size_t>(f_.decoder.window()), 0);
    std::copy(weights.begin(), weights.end(), result.pointer.begin() + place);
    result.probabilities = vocabulary;
    if (config_.copy) blend(sigmoid(affine("decoder.gate", h)[0]), weights, result.probabilities);

    result.ends.assign(static_cast<std::size_t>(config_.longest), 0);
    if (token == f_.decoder.eos()) return result;
    Doubles query = affine("decoder.end_query", h);
    add(row("decoder.end_embedding.weight", token, config_.pointer_width), query);
    const int end = std::min(static_cast<int>(frames_.size()), anchor + config_.longest);
    const Doubles ends = attend(query, 0, config_.pointer_width,
                                memory_columns(anchor, end, pointer_keys + config_.pointer_width),
                                row("decoder.end_bias", 0, config_.longest), 0);
    std::copy(ends.begin(), ends.end(), result.ends.begin());
    return result;
  }

 private:
  Doubles row(const std::string& name, int index, int cols) const {
    const float* begin = f_.parameters.data() + f_.table.find(name)->offset + area(index, cols);
    return {begin, begin + cols};
  }
  static void add(const Doubles& x, Doubles& sum) {
    for (std::size_t i = 0; i < x.size(); ++i)
      sum[i] += x[i];
  }
  static double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
  static double gelu(double x) {
    return 0.5 * x * (1 + std::tanh(std::sqrt(2 / 3.141592653589793) * (x + 0.044715 * x * x * x)));
  }
  static Doubles softmax(Doubles x) {
    double sum = 0;
    for (double& value : x)
      sum += value = std::exp(value);
    for (double& value : x)
      value /= sum;
    return x;
  }

  Doubles affine(const std::string& name, const Doubles& x) const {
    const int out = f_.table.find(name + ".bias")->shape[0];
    Doubles y = row(name + ".bias", 0, out);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const Doubles weights = row(name + ".weight", static_cast<int>(i), out);
      for (std::size_t o = 0; o < y.size(); ++o)
        y[o] += x[i] * weights[o];
    }
    return y;
  }

  Doubles norm(const std::string& name, const Doubles& x) const {
    const auto n = static_cast<double>(x.size());
    double mean = 0, variance = 0;
    for (const double value : x)
      mean += value / n;
    for (const double value : x)
      variance += (value - mean) * (value - mean) / n;
    const Doubles gamma = row(name + ".gamma", 0, config_.width);
    Doubles y = row(name + ".beta", 0, config_.width);
    for (std::size_t i = 0; i < x.size(); ++i)
      y[i] += (x[i] - mean) / std::sqrt(variance + 1e-5) * gamma[i];
    return y;
  }

  Doubles mean_frame() const {
    Doubles mean(16);
    for (int j = first_; j < last_; ++j) {
      for (std::size_t c = 0; c < mean.size(); ++c)
        mean[c] += frames_[static_cast<std::size_t>(j)][c] / (last_ - first_);
    }
    return mean;
  }

  // Rows first … last − 1 of the projected memory, from a column on.
  std::vector<Doubles> memory_columns(int first, int last, int column) const {
    std::vector<Doubles> rows;
    for (int j = first; j < last; ++j)
      rows.emplace_back(memory_[static_cast<std::size_t>(j)].begin() + column,
                        memory_[static_cast<std::size_t>(j)].end());
    return rows;
  }

  // softmax_j of q · k_j / √depth + bias[place + j], over columns column … column + depth.
  static Doubles attend(const Doubles& query, int column, int depth,
                        const std::vector<Doubles>& keys, const Doubles& bias, int place) {
    Doubles scores;
    for (std::size_t j = 0; j < keys.size(); ++j) {
      double score = 0;
      for (int c = column; c < column + depth; ++c)
        score += query[c] * keys[j][c];
      scores.push_back(score / std::sqrt(depth) + bias[place + j]);
    }
    return softmax(scores);
  }

  // All heads of an attention; `place` is that of the first key in the bias.
  Doubles context(const Doubles& query, const std::vector<Doubles>& keys,
                  const std::vector<Doubles>& values, const std::string& bias, int span,
                  int place) const {
    const int depth = config_.width / config_.heads;
    Doubles result(static_cast<std::size_t>(config_.width));
    for (int h = 0; h < config_.heads; ++h) {
      const Doubles w = attend(query, h * depth, depth, keys, row(bias, h, span), place);
      for (std::size_t j = 0; j < keys.size(); ++j) {
        for (int c = h * depth; c < (h + 1) * depth; ++c)
          result[c] += w[j] * values[j][c];
      }
    }
    return result;
  }

  void layer(int index, int place, Doubles& x) {
    const std::string name = "decoder.layer" + std::to_string(index);
    const int width = config_.width;
    const Doubles qkv = affine(name + ".self_qkv", norm(name + ".self_norm", x));
    std::vector<Doubles>&keys = keys_[index], &values = values_[index];
    keys.emplace_back(qkv.begin() + width, qkv.begin() + 2 * width);
    values.emplace_back(qkv.begin() + 2 * width, qkv.end());
    const auto seen = std::min<std::ptrdiff_t>(config_.history, keys.size());
    add(affine(name + ".self_output",
               context(qkv, {keys.end() - seen, keys.end()}, {values.end() - seen, values.end()},
                       name + ".self_bias", config_.history,
                       config_.history - static_cast<int>(seen))),
        x);
    const Doubles query = affine(name + ".cross_query", norm(name + ".cross_norm", x));
    add(affine(name + ".cross_output",
               context(query, memory_columns(first_, last_, 2 * index * width),
                       memory_columns(first_, last_, (2 * index + 1) * width), name + ".cross_bias",
                       f_.decoder.window(), place)),
        x);
    Doubles hidden = affine(name + ".up", norm(name + ".feed_norm", x));
    for (double& value : hidden)
      value = gelu(value);
    add(affine(name + ".down", hidden), x);
  }

  // Cosines of the copied part of a row of the memory to the codes.
  Doubles similarities(const Doubles& frame) const {
    const Doubles u(frame.end() - 6, frame.end());
    double square = 0;
    for (const double value : u)
      square += value * value;
    Doubles result;
    for (int code = 0; code < f_.decoder.codes(); ++code) {
      const Doubles c = row("codebook", code, 6);
      double cosine = 0;
      for (std::size_t i = 0; i < u.size(); ++i)
        cosine += u[i] * c[i] / std::sqrt(square);
      result.push_back(cosine);
    }
    return result;
  }

  // Posteriors of all frames: those of a run share softmax(mean similarity / τ), and the last of
  // them carries the boundary.
  void find_posteriors() {
    std::vector<Doubles> similarity;
    for (const Doubles& frame : memory_)
      similarity.push_back(similarities(frame));
    const std::vector<std::size_t> runs = best_runs(similarity, config_.segment_penalty);
    for (std::size_t i = 0; i + 1 < runs.size(); ++i) {
      Doubles scores(static_cast<std::size_t>(f_.decoder.codes()));
      for (std::size_t j = runs[i]; j < runs[i + 1]; ++j) {
        for (std::size_t c = 0; c < scores.size(); ++c)
          scores[c] += similarity[j][c] / static_cast<double>(runs[i + 1] - runs[i]);
      }
      for (double& score : scores)
        score /= config_.copy_temperature;
      posteriors_.resize(runs[i + 1], softmax(scores));
      if (config_.segment_penalty == 0) continue;
      const Doubles boundary =
          row("decoder.memory_boundary", 0, static_cast<int>(memory_[0].size()) - 6);
      add(boundary, memory_[runs[i + 1] - 1]);
    }
  }

  // P = (1 − g) V + g Σ_j w_j posterior_j, in place of V.
  void blend(double gate, const Doubles& weights, Doubles& probabilities) const {
    for (double& p : probabilities)
      p *= 1 - gate;
    for (std::size_t j = 0; j < weights.size(); ++j) {
      const Doubles& posterior = posteriors_[static_cast<std::size_t>(first_) + j];
      for (std::size_t c = 0; c < posterior.size(); ++c)
        probabilities[c] += gate * weights[j] * posterior[c];
    }
  }

  const DecoderFixture& f_;
  const DecoderConfig& config_;
  std::vector<Doubles> frames_, memory_, posteriors_;
  std::vector<std::vector<Doubles>> keys_, values_;  // of each layer, step by step
  int first_ = 0, last_ = 0;                         // the window of the present step
};

}  // namespace pairalign::test

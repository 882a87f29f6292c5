// Teacher forcing: the losses of each step for its token, for the frames that the pointer should
// point at, and for where the token ends.
#include <algorithm>
#include <cstdlib>
#include <numeric>

#include "train/objective.hpp"

namespace pairalign::train {
namespace {

// Frames after the anchor at which the cumulative distribution of the end reaches a half.
int median_length(const float* ends, int longest) {
  float sum = 0;
  for (int d = 0; d < longest; ++d) {
    sum += ends[d];
    if (sum >= 0.5F) return d + 1;
  }
  return longest;
}

// Like for_each_step, but without EOS, which spans no frames.
template <class Take>
void for_each_token(const ObjectiveInput& in, Take take) {
  for_each_step(in, [&](std::size_t row, const StepTarget& target, double weight, bool) {
    if (target.end > target.start) take(row, target, in.shard.batch.anchors[row], weight);
  });
}

}  // namespace

// −log P(token)
double token_loss(const ObjectiveInput& in, double weight, Measures& measures) {
  const auto outputs = static_cast<std::size_t>(in.decoder.outputs());
  double loss = 0;
  double correct[2] = {}, total[2] = {};  // after the true prefix, after the student's own
  for_each_step(in, [&](std::size_t row, const StepTarget& target, double step, bool is_own) {
    const std::size_t at = row * outputs;
    const float* p = in.cache.probabilities.data() + at;
    loss += step * negative_log(p[target.token]);
    in.gradients.probabilities[at + static_cast<std::size_t>(target.token)] +=
        negative_log_gradient(weight * step, p[target.token]);
    total[is_own ? 1 : 0] += step;
    if (std::max_element(p, p + outputs) == p + target.token) correct[is_own ? 1 : 0] += step;
  });
  measures.add_total("positive", loss);
  measures.add_mean("accuracy", correct[0], total[0]);
  measures.add_mean("own_accuracy", correct[1], total[1]);
  return loss;
}

// −log of the pointer's mass inside the token's span
double pointer_loss(const ObjectiveInput& in, double weight, Measures& measures) {
  const int window = in.decoder.window();
  double loss = 0, inside = 0, total = 0;
  for_each_token(in, [&](std::size_t row, const StepTarget& target, int anchor, double step) {
    const int place = target.start - (anchor - in.decoder.config().look_back);
    const int first = std::clamp(place, 0, window);
    const int last = std::clamp(place + target.end - target.start, first, window);
    const std::size_t at = row * static_cast<std::size_t>(window);
    const float* pointer = in.cache.pointer.data() + at;
    const float mass = std::accumulate(pointer + first, pointer + last, 0.0F);
    loss += step * negative_log(mass);
    inside += step * static_cast<double>(mass);
    total += step;
    float* gradient = in.gradients.pointer.data() + at;
    for (int j = first; j < last; ++j)
      gradient[j] += negative_log_gradient(step * weight, mass);
  });
  measures.add_mean("pointer", inside, total);
  return loss;
}

// −log likelihood of the token's end
double end_loss(const ObjectiveInput& in, double weight, Measures& measures) {
  const int longest = in.decoder.config().longest;
  double loss = 0, near = 0, total = 0;  // near: median end within a frame
  for_each_token(in, [&](std::size_t row, const StepTarget& target, int anchor, double step) {
    const int length = std::clamp(target.end - anchor, 1, longest);
    const std::size_t at = row * static_cast<std::size_t>(longest);
    const float* ends = in.cache.ends.data() + at;
    loss += step * negative_log(ends[length - 1]);
    in.gradients.ends[at + static_cast<std::size_t>(length) - 1] +=
        negative_log_gradient(step * weight, ends[length - 1]);
    if (std::abs(median_length(ends, longest) - length) <= 1) near += step;
    total += step;
  });
  measures.add_mean("end", loss, total);
  measures.add_mean("near_end", near, total);
  return loss;
}

}  // namespace pairalign::train

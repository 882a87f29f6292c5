#include "train/frame_loss.hpp"

#include <algorithm>
#include <cmath>

#include "model/segmenter.hpp"
#include "nn/cross_entropy.hpp"
#include "nn/elementwise.hpp"
#include "nn/normalize.hpp"
#include "nn/shape.hpp"
#include "train/ctc.hpp"

namespace pairalign::train {
namespace {

using nn::area;

// Sets work.dscores to the gradient.
void likelihood(const FrameLossConfig& config, const FrameTargets& targets, int count,
                FrameLossBuffers& work, FrameLosses& losses) {
  const auto rows = static_cast<int>(targets.codes.size());
  work.targets.assign(area(rows, count), 0.0F);
  work.weights.clear();
  for (int r = 0; r < rows; ++r) {
    const int code = targets.codes[static_cast<std::size_t>(r)];
    const double weight = targets.weights[static_cast<std::size_t>(r)];
    work.targets[area(r, count) + static_cast<std::size_t>(code)] = 1;
    work.weights.push_back(static_cast<float>(weight * config.frame_weight));
    const int own = model::nearest_code(work.scores.data() + area(r, count), count);
    if (own == code) losses.agreed += weight;
  }
  losses.frame = nn::cross_entropy(work.scores.data(), work.targets.data(), work.weights.data(),
                                   rows, count, work.dscores.data());
}

// Adds to work.dscores.
void ctc(const FrameLossConfig& config, const FrameTargets& targets, int count,
         FrameLossBuffers& work, FrameLosses& losses) {
  int first = 0;
  for (const FrameTargets::String& string : targets.strings) {
    const double frames = std::max(1, string.frames);
    const double loss = blank_free_ctc(
        work.scores.data() + area(first, count), string.frames, count, string.tokens,
        static_cast<float>(config.ctc_weight / frames), work.dscores.data() + area(first, count));
    first += string.frames;
    if (std::isfinite(loss)) losses.ctc += loss / frames;
  }
}

}  // namespace

FrameLosses frame_loss(const FrameLossConfig& config, const FrameTargets& targets,
                       const float* codes, int count, int dimension, nn::Precision precision,
                       std::vector<float>& embeddings, std::vector<float>& dembeddings,
                       FrameLossBuffers& work) {
  const auto rows = static_cast<int>(targets.codes.size());
  FrameLosses losses;
  dembeddings.assign(area(rows, dimension), 0.0F);
  if (config.frame_weight == 0 && config.ctc_weight == 0) return losses;
  work.norms.resize(static_cast<std::size_t>(rows));
  nn::l2_normalize_forward(embeddings.data(), rows, dimension, embeddings.data(),
                           work.norms.data());
  work.scores.resize(area(rows, count));
  work.dscores.resize(area(rows, count));
  work.frames.assign(embeddings.data(), rows, dimension, precision);
  work.codes.assign(codes, count, dimension, precision);
  nn::matmul(work.frames, nn::Transpose::no, work.codes, nn::Transpose::yes, work.scores.data());
  const auto inverse_temperature = static_cast<float>(1 / config.temperature);
  nn::scale(inverse_temperature, work.scores.size(), work.scores.data());
  likelihood(config, targets, count, work, losses);
  if (config.ctc_weight > 0) ctc(config, targets, count, work, losses);
  nn::scale(inverse_temperature, work.dscores.size(), work.dscores.data());
  work.gradients.assign(work.dscores.data(), rows, count, precision);
  nn::matmul(work.gradients, nn::Transpose::no, work.codes, nn::Transpose::no, dembeddings.data());
  nn::l2_normalize_backward(embeddings.data(), work.norms.data(), dembeddings.data(), rows,
                            dimension, dembeddings.data());
  return losses;
}

}  // namespace pairalign::train

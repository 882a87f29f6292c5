#include "train/frame_loss.hpp"

#include <algorithm>
#include <cmath>

#include "model/segmenter.hpp"
#include "nn/cosine.hpp"
#include "nn/cross_entropy.hpp"
#include "nn/elementwise.hpp"
#include "nn/shape.hpp"

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

}  // namespace

FrameLosses frame_loss(const FrameLossConfig& config, const FrameTargets& targets,
                       const float* codes, int count, int dimension, nn::Precision precision,
                       std::vector<float>& embeddings, std::vector<float>& dembeddings,
                       FrameLossBuffers& work) {
  const auto rows = static_cast<int>(targets.codes.size());
  FrameLosses losses;
  dembeddings.assign(area(rows, dimension), 0.0F);
  if (config.frame_weight == 0) return losses;
  const nn::Codebook codebook = {codes, count, dimension};
  const nn::CosineBuffers buffers = {work.norms, work.frames, work.codes};
  nn::cosines_forward(codebook, precision, embeddings, work.scores, buffers);
  work.dscores.resize(work.scores.size());
  const auto inverse_temperature = static_cast<float>(1 / config.temperature);
  nn::scale(inverse_temperature, work.scores.size(), work.scores.data());
  likelihood(config, targets, count, work, losses);
  nn::scale(inverse_temperature, work.dscores.size(), work.dscores.data());
  nn::cosines_backward(codebook, precision, embeddings, work.dscores.data(), dembeddings.data(),
                       buffers);
  return losses;
}

}  // namespace pairalign::train

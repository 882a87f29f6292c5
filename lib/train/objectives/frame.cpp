// The frame loss of wav2tok 2.0: the student's embeddings are trained towards the codes that the
// teacher gives the same moments, which keeps the encoder a geometric tokenizer while the decoder
// trains it.
#include "model/segmenter.hpp"
#include "nn/functions.hpp"
#include "train/objective.hpp"

namespace pairalign::train {
namespace {

using nn::area;

struct Buffers {
  std::vector<float> unit, gradient, scores, dscores, targets, weights;
  nn::Codebook::Cache cosines;
};

// Fills targets and weights of `work`, whose scores are cosines; returns the weight of the frames
// whose nearest code is the target.
double set_targets(const ObjectiveInput& in, double weight, Buffers& work) {
  const DecoderShard& shard = in.shard;
  const int count = in.recipe.encoder.codes;
  const auto rows = static_cast<int>(shard.matches.size());
  work.targets.assign(area(rows, count), 0.0F);
  work.weights.clear();
  double agreed = 0;
  for (int r = 0; r < rows; ++r) {
    const auto match = static_cast<std::size_t>(shard.matches[static_cast<std::size_t>(r)]);
    const int code = shard.crop_codes[match];
    const double frame = static_cast<double>(shard.frame_weights[match]) * in.scales.frame;
    work.targets[area(r, count) + static_cast<std::size_t>(code)] = 1;
    work.weights.push_back(static_cast<float>(frame * weight));
    if (model::nearest_code(work.scores.data() + area(r, count), count) == code) agreed += frame;
  }
  return agreed;
}

}  // namespace

double frame_loss(const ObjectiveInput& in, double weight, Measures& measures) {
  if (in.frames == nullptr || weight == 0) return 0;
  auto& work = of_this_thread<Buffers>();
  const nn::Precision precision = in.frames->precision;
  work.unit = in.frames->embeddings;
  const model::EncoderConfig& encoder = in.recipe.encoder;
  const nn::Codebook codebook = {in.frames->codebook, encoder.codes, encoder.dimension};
  codebook.forward(precision, work.unit, work.scores, work.cosines);
  const double agreed = set_targets(in, weight, work);
  const double weighed = cross_entropy(in.recipe.geometric.temperature, work.targets, work.weights,
                                       work.scores, work.dscores);
  work.gradient.resize(work.unit.size());
  codebook.backward(precision, work.unit, work.dscores.data(), work.gradient.data(), work.cosines);
  nn::add(work.gradient.data(), work.gradient.size(), in.frames->gradient.data());
  measures.add_total("frame", weighed / weight);
  measures.add_total("agreement", agreed);
  return weighed / weight;
}

}  // namespace pairalign::train

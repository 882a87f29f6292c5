#include "model/encoder.hpp"

#include <cmath>
#include <numeric>
#include <utility>

#include "nn/functions.hpp"

namespace pairalign::model {
namespace {

using nn::area;

constexpr int kStemKernel = 5;

}  // namespace

Encoder::Encoder(nn::TensorTable& table, const EncoderConfig& config)
    : config_(config),
      stem_(table, "encoder.stem", config.bands, config.width, kStemKernel, kStride),
      stem_norm_(table, "encoder.stem_norm", config.width) {
  // Residual branches start small, so that depth does not blow up the first steps.
  const float branch_gain = 1.0F / std::sqrt(2.0F * static_cast<float>(config.blocks));
  for (int i = 0; i < config.blocks; ++i) {
    const std::string name = "encoder.block" + std::to_string(i);
    Block block;
    block.depthwise = {table, name + ".depthwise", config.width, config.kernel};
    block.feed = {table, name, ".norm", config.width, config.expansion * config.width, branch_gain};
    blocks_.push_back(block);
  }
  final_norm_ = {table, "encoder.final_norm", config.width};
  projection_ = {table, "encoder.projection", config.width, config.dimension};
  codebook_ = table.add("codebook", {config.codes, config.dimension}, false,
                        1.0F / std::sqrt(static_cast<float>(config.dimension)));
}

int Encoder::context() const {
  return config_.blocks * (config_.kernel - 1) / 2 + 1;
}

double Encoder::multiply_adds_per_frame() const {
  const double width = config_.width;
  return kStemKernel * config_.bands * width +
         2.0 * config_.blocks * config_.expansion * width * width + width * config_.dimension +
         1.0 * config_.dimension * config_.codes;
}

void Encoder::forward(nn::Weights w, const float* features, const std::vector<int>& feature_lengths,
                      float silence, bool training, std::vector<float>& embeddings,
                      Cache& cache) const {
  cache.lengths.clear();
  for (const int length : feature_lengths)
    cache.lengths.push_back(output_length(length));
  cache.rows = std::accumulate(cache.lengths.begin(), cache.lengths.end(), 0);
  cache.blocks.resize(training ? blocks_.size() : 1);

  stem_.forward(w, features, feature_lengths, silence, cache.stem, cache.stem_conv);
  stem_norm_.forward(w.values, cache.stem, cache.input, cache.stem_norm);
  const std::vector<float>* x = &cache.input;
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    BlockCache& block = cache.blocks[training ? i : 0];
    blocks_[i].depthwise.forward(w.values, *x, cache.lengths, block.convolved);
    blocks_[i].feed.forward(w, block.convolved, block.output, block.feed);
    nn::add(x->data(), x->size(), block.output.data());
    // Without training the blocks share one cache: the output of one becomes the input of the next.
    if (!training) std::swap(cache.input, block.output);
    x = training ? &block.output : &cache.input;
  }
  final_norm_.forward(w.values, *x, cache.final, cache.final_norm);
  projection_.forward(w, cache.final, embeddings, cache.projection);
}

void Encoder::backward(const float* p, const float* dembeddings, const float* dfinal, float* g,
                       Cache& cache) const {
  // The gradient of the residual stream: each branch adds its own.
  std::vector<float>& dx = cache.dx;
  projection_.backward(p, {dembeddings, area(cache.rows, config_.dimension)}, g, dx,
                       cache.projection);
  if (dfinal != nullptr) nn::add(dfinal, dx.size(), dx.data());
  final_norm_.backward(p, dx, g, dx, cache.final_norm);
  for (std::size_t i = blocks_.size(); i-- > 0;) {
    const std::vector<float>& x = i == 0 ? cache.input : cache.blocks[i - 1].output;
    blocks_[i].feed.backward(p, dx, g, cache.dconvolved, cache.blocks[i].feed);
    blocks_[i].depthwise.backward(p, x, cache.dconvolved, cache.lengths, g, cache.dbranch);
    nn::add(cache.dbranch.data(), dx.size(), dx.data());
  }
  stem_norm_.backward(p, dx, g, dx, cache.stem_norm);
  stem_.backward(dx, g, cache.stem_conv);
}

}  // namespace pairalign::model

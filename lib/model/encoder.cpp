#include "model/encoder.hpp"

#include <cmath>
#include <numeric>
#include <utility>

#include "nn/activation.hpp"
#include "nn/elementwise.hpp"
#include "nn/shape.hpp"

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
  const int hidden = config.expansion * config.width;
  for (int i = 0; i < config.blocks; ++i) {
    const std::string name = "encoder.block" + std::to_string(i);
    Block block;
    block.depthwise = {table, name + ".depthwise", config.width, config.kernel};
    block.norm = {table, name + ".norm", config.width};
    block.up = {table, name + ".up", config.width, hidden};
    block.down = {table, name + ".down", hidden, config.width, branch_gain};
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
  const std::size_t size = area(cache.rows, config_.width);
  cache.stem.resize(size);
  cache.input.resize(size);
  cache.final.resize(size);
  embeddings.resize(area(cache.rows, config_.dimension));
  cache.blocks.resize(training ? blocks_.size() : 1);

  stem_.forward(w, features, feature_lengths, silence, cache.stem.data(), cache.stem_conv);
  stem_norm_.forward(w.values, cache.stem.data(), cache.rows, cache.input.data(), cache.stem_norm);
  const std::vector<float>* x = &cache.input;
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    BlockCache& block_cache = cache.blocks[training ? i : 0];
    block_forward(blocks_[i], w, *x, block_cache, cache);
    // Without training the blocks share one cache: the output of one becomes the input of the next.
    if (!training) std::swap(cache.input, block_cache.output);
    x = training ? &block_cache.output : &cache.input;
  }
  final_norm_.forward(w.values, x->data(), cache.rows, cache.final.data(), cache.final_norm);
  projection_.forward(w, cache.final.data(), cache.rows, embeddings.data(), cache.projection);
}

void Encoder::block_forward(const Block& block, nn::Weights w, const std::vector<float>& x,
                            BlockCache& cache, const Cache& batch) const {
  const int rows = batch.rows;
  const std::size_t narrow = area(rows, config_.width);
  const std::size_t wide = area(rows, config_.expansion * config_.width);
  cache.convolved.resize(narrow);
  cache.normalised.resize(narrow);
  cache.hidden.resize(wide);
  cache.activated.resize(wide);
  cache.output.resize(narrow);
  block.depthwise.forward(w.values, x.data(), batch.lengths, cache.convolved.data());
  block.norm.forward(w.values, cache.convolved.data(), rows, cache.normalised.data(), cache.norm);
  block.up.forward(w, cache.normalised.data(), rows, cache.hidden.data(), cache.up);
  nn::gelu_forward(cache.hidden.data(), wide, cache.activated.data());
  block.down.forward(w, cache.activated.data(), rows, cache.output.data(), cache.down);
  nn::add(x.data(), narrow, cache.output.data());
}

void Encoder::backward(const float* p, const float* dembeddings, const float* dfinal, float* g,
                       Cache& cache) const {
  const std::size_t narrow = area(cache.rows, config_.width);
  cache.dx.resize(narrow);
  cache.dnormalised.resize(narrow);
  cache.dconvolved.resize(narrow);
  cache.dhidden.resize(area(cache.rows, config_.expansion * config_.width));
  projection_.backward(p, dembeddings, g, cache.dx.data(), cache.projection);
  if (dfinal != nullptr) nn::add(dfinal, narrow, cache.dx.data());
  final_norm_.backward(p, cache.dx.data(), g, cache.dx.data(), cache.final_norm);
  for (std::size_t i = blocks_.size(); i-- > 0;) {
    const std::vector<float>& x = i == 0 ? cache.input : cache.blocks[i - 1].output;
    block_backward(blocks_[i], p, x, g, cache.blocks[i], cache);
  }
  stem_norm_.backward(p, cache.dx.data(), g, cache.dx.data(), cache.stem_norm);
  stem_.backward(p, cache.dx.data(), g, nullptr, cache.stem_conv);
}

// batch.dx holds the gradient of the block's output and receives that of its input: the residual
// path leaves it unchanged, the branch adds its own.
void Encoder::block_backward(const Block& block, const float* p, const std::vector<float>& x,
                             float* g, BlockCache& cache, Cache& batch) const {
  float* dx = batch.dx.data();
  float* dnormalised = batch.dnormalised.data();
  float* dhidden = batch.dhidden.data();
  float* dconvolved = batch.dconvolved.data();
  block.down.backward(p, dx, g, dhidden, cache.down);
  nn::gelu_backward(cache.hidden.data(), dhidden, batch.dhidden.size(), dhidden);
  block.up.backward(p, dhidden, g, dnormalised, cache.up);
  block.norm.backward(p, dnormalised, g, dnormalised, cache.norm);
  block.depthwise.backward(p, x.data(), dnormalised, batch.lengths, g, dconvolved);
  nn::add(dconvolved, batch.dx.size(), dx);
}

}  // namespace pairalign::model

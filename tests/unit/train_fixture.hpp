// Small recipes and recordings for the tests of training.
#pragma once

#include "audio/pcm_store.hpp"
#include "base/random.hpp"
#include "model/self_test.hpp"
#include "train/recipe.hpp"

namespace pairalign::test {

inline void shrink(train::CropConfig& crops) {
  crops.crops = 9;  // shards of several crops, the last of one
  crops.crop_seconds = 1.2;
  crops.piece_high_seconds = 1.0;
}

/// All three stages, of a few steps each.
inline train::Recipe small_recipe() {
  train::Recipe recipe;
  recipe.encoder.width = 16;
  recipe.encoder.blocks = 1;
  recipe.encoder.kernel = 5;
  recipe.encoder.dimension = 8;
  recipe.encoder.codes = 12;
  recipe.decoder.width = 16;
  recipe.decoder.layers = 1;
  recipe.decoder.heads = 2;
  recipe.decoder.pointer_width = 8;
  recipe.optimizer.warmup_steps = 2;
  shrink(recipe.geometric);
  recipe.geometric.steps = 8;
  for (train::DecoderStageConfig* stage : {&recipe.fixed_teacher, &recipe.ema_teacher}) {
    shrink(*stage);
    stage->steps = 4;
    stage->optimizer.warmup_steps = 2;
  }
  return recipe;
}

/// Several recordings of different noise-and-tone mixtures, one shorter than a crop.
inline audio::PcmStore make_store() {
  audio::PcmStore store;
  const std::vector<float> base = model::self_test_signal();
  Random random(9);
  for (const std::size_t size : {32000U, 25000U, 9000U, 31000U}) {
    std::vector<float> pcm(size);
    const std::size_t shift = random.below(base.size());
    for (std::size_t i = 0; i < size; ++i) {
      pcm[i] = base[(i + shift) % base.size()] + 0.01F * static_cast<float>(random.normal());
    }
    store.add(pcm);
  }
  store.seal();
  return store;
}

}  // namespace pairalign::test

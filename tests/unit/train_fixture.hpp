// Small recipes and recordings for the tests of training.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>

#include "base/random.hpp"
#include "model/model.hpp"
#include "train/corpus.hpp"
#include "train/natural_pairs.hpp"
#include "train/recipe.hpp"

namespace pairalign::test {

inline void shrink(train::CropConfig& crops) {
  crops.crops = 9;  // shards of several crops, the last of one
  crops.crop_seconds = 1.2;
  crops.piece_high_seconds = 1.0;
  crops.pair_warmup = 0.25;
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
inline train::PcmStore make_store() {
  train::PcmStore store;
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

/// A file of this process that goes with the object.
class TextFile {
 public:
  TextFile(const std::string& name, const std::string& text)
      : path_((std::filesystem::temp_directory_path() /
               ("pairalign-" + std::to_string(::getpid()) + "-" + name))
                  .string()) {
    std::ofstream(path_) << text;
  }
  ~TextFile() { std::filesystem::remove(path_); }
  TextFile(const TextFile&) = delete;
  TextFile& operator=(const TextFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// The recordings of `store` by the names r0, r1, …
inline train::RecordingNames make_names(const train::PcmStore& store) {
  train::RecordingNames names;
  for (std::size_t i = 0; i < store.count(); ++i)
    names.add("audio/r" + std::to_string(i) + ".wav", "audio", i);
  return names;
}

/// Two words of `make_store`, said three times and twice.
inline train::NaturalPairs make_pairs(const train::PcmStore& store) {
  const train::RecordingNames names = make_names(store);
  const train::PairConfig config;
  const TextFile words("words.ctm",
                       "r0 1 0.3 0.4 one\nr1 1 0.9 0.5 one\nr3 1 0.1 0.4 one\n"
                       "r0 1 1.2 0.3 two\nr2 1 0.0 0.4 two\n");
  train::PairCollector collector(store, names, config);
  collector.read_words(words.path());
  return collector.finish();
}

}  // namespace pairalign::test

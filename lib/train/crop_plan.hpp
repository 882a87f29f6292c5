// The audio of one training step, drawn before any of it is read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "audio/log_mel.hpp"
#include "train/communicator.hpp"
#include "train/corpus.hpp"
#include "train/natural_pairs.hpp"
#include "train/recipe.hpp"
#include "train/views.hpp"

namespace pairalign::train {

/// A degraded piece of a crop, for the student.
struct ViewPlan {
  std::int64_t first = 0;  ///< sample of the crop
  std::int64_t samples = 0;
  audio::Warp warp;
  Random random;         ///< draws the degradation and the masks
  bool crossed = false;  ///< inside the pair's span, its targets come from the partner crop
};

/// The span of a crop whose content its neighbour shares.
struct PairedSpan {
  std::int64_t first = 0, samples = 0;  ///< of the crop
  std::int64_t slack = 0;               ///< samples at either end that are not crossed over
};

/// A span of a recording: the teacher sees it clean, the student in degraded pieces.
struct CropPlan {
  CropPlace place;
  std::int64_t samples = 0;
  audio::Warp warp;  ///< of the teacher
  std::vector<ViewPlan> views;
  /// Set in both crops of a natural pair, which are at 2k and 2k + 1.
  std::optional<PairedSpan> pair;
  std::size_t content =
      0;  ///< identifies what is said: equal in both crops of a natural pair, otherwise unique
};

/// The crops of step `step`: a pure function of the seed and the step, so that a checkpoint needs
/// no generator state. Two neighbours may hold one of `pairs`; see CropConfig::pair_share.
std::vector<CropPlan> plan_step(const CropConfig& config, const ViewConfig& views,
                                std::uint64_t seed, const PcmStore& store, std::int64_t step,
                                const NaturalPairs* pairs = nullptr);

/// `pairs` if they are used at `step` of a stage's `steps`, else null.
const NaturalPairs* pairs_at(const CropConfig& config, std::int64_t step, std::int64_t steps,
                             const NaturalPairs& pairs);

/// Encoder frames of `samples` under a warp.
int frames_of(const audio::LogMelConfig& features, std::int64_t samples, const audio::Warp& warp);

/// Features of several sequences, laid end to end, as the encoder expects them.
struct FeatureBatch {
  std::vector<float> features;  ///< (Σ lengths, bands)
  std::vector<int> lengths;     ///< log-mel frames
};

/// Computes the features of crops and their views. All arguments must outlive it.
class FeatureMaker {
 public:
  FeatureMaker(const Recipe& recipe, const PcmStore& store, const NoiseBank& noise)
      : recipe_(recipe), store_(store), noise_(noise), log_mel_(recipe.features) {}

  /// A crop as the teacher sees it: clean.
  std::vector<float> clean(const CropPlan& crop) const;
  /// A view: degraded, warped, masked.
  std::vector<float> view(const CropPlan& crop, const ViewPlan& view) const;
  /// The audio of a view as it was recorded.
  std::vector<float> original(const CropPlan& crop, const ViewPlan& view) const;

  /// The clean features of all `crops`, and the weights of their encoder frames.
  void clean_batch(const std::vector<CropPlan>& crops, FeatureBatch& batch,
                   std::vector<float>& weights) const;
  /// The features of all views of `crops`, in their order.
  void view_batch(const std::vector<CropPlan>& crops, FeatureBatch& batch) const;

  float silence() const { return log_mel_.silence(); }

 private:
  std::vector<float> samples(const CropPlan& crop, std::int64_t first, std::int64_t count) const;
  void append(const std::vector<float>& sequence, FeatureBatch& batch) const;

  const Recipe& recipe_;
  const PcmStore& store_;
  const NoiseBank& noise_;
  audio::LogMel log_mel_;
};

/// The shards of a step that this process has; processes differ by at most one shard.
struct OwnShards {
  std::size_t first = 0;
  std::size_t all = 0;  ///< of all processes
};

/// Splits the crops of a step, of all processes together (at least one for each), into shards of
/// `crops_per_shard`, or of fewer if some process would have no shard, and puts those of this
/// process into `shards`.
template <class Shard>
OwnShards share_out(std::vector<CropPlan> crops, std::size_t crops_per_shard,
                    const Communicator& peers, std::vector<Shard>& shards) {
  const auto rank = static_cast<std::size_t>(peers.rank());
  const auto size = static_cast<std::size_t>(peers.size());
  crops_per_shard = std::min(crops_per_shard, crops.size() / size);
  const std::size_t all = (crops.size() + crops_per_shard - 1) / crops_per_shard;
  const std::size_t first = all * rank / size;
  shards.resize(all * (rank + 1) / size - first);
  for (std::size_t s = 0; s < shards.size(); ++s) {
    const std::size_t begin = (first + s) * crops_per_shard;
    const std::size_t end = std::min(crops.size(), begin + crops_per_shard);
    shards[s].crops.assign(
        std::make_move_iterator(crops.begin() + static_cast<std::ptrdiff_t>(begin)),
        std::make_move_iterator(crops.begin() + static_cast<std::ptrdiff_t>(end)));
  }
  return {first, all};
}

/// The weight of each encoder frame of a crop, from its clean features: 1 for speech, falling to
/// `silence_weight` where the mean log power is more than 20 dB below the loud frames of the crop.
std::vector<float> frame_weights(const audio::LogMelConfig& features,
                                 const std::vector<float>& clean, double silence_weight);

}  // namespace pairalign::train

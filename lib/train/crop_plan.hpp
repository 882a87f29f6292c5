// What one training step listens to, drawn before any audio is touched.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "audio/log_mel.hpp"
#include "audio/pcm_store.hpp"
#include "audio/views.hpp"
#include "train/corpus.hpp"
#include "train/recipe.hpp"

namespace pairalign::train {

/// A degraded piece of a crop, for the student.
struct ViewPlan {
  std::int64_t first = 0;  ///< sample of the crop
  std::int64_t samples = 0;
  audio::Warp warp;
  Random random;  ///< draws the degradation and the masks
};

/// A stretch of a recording: heard clean by the teacher, in pieces by the student.
struct CropPlan {
  CropPlace place;
  std::int64_t samples = 0;
  audio::Warp warp;  ///< of the teacher
  std::vector<ViewPlan> views;
};

/// The crops of step `step`: a pure function of the seed and the step, so that a resumed run needs
/// to remember neither.
std::vector<CropPlan> plan_step(const CropConfig& config, const audio::ViewConfig& views,
                                std::uint64_t seed, const audio::PcmStore& store,
                                std::int64_t step);

/// Encoder frames of `samples` under a warp.
int frames_of(const audio::LogMelConfig& features, std::int64_t samples, const audio::Warp& warp);

/// For each encoder frame of a view, the teacher's frame at the same moment of the recording.
std::vector<int> match_frames(const audio::LogMelConfig& features, const CropPlan& crop,
                              const ViewPlan& view, int view_frames, int crop_frames);

/// The features of a view: degraded, warped, masked.
std::vector<float> make_view(const Recipe& recipe, const audio::LogMel& log_mel,
                             const audio::PcmStore& store, const audio::NoiseBank& noise,
                             const CropPlan& crop, const ViewPlan& view);

/// The features of a crop as the teacher hears it: clean.
std::vector<float> make_clean(const audio::LogMel& log_mel, const audio::PcmStore& store,
                              const CropPlan& crop);

/// Features of several sequences, laid end to end, as the encoder takes them.
struct FeatureBatch {
  std::vector<float> features;  ///< (Σ lengths, bands)
  std::vector<int> lengths;     ///< log-mel frames

  void clear();
  void append(const std::vector<float>& sequence, int bands);
};

/// The clean features of all `crops`, and the weights of their encoder frames, see frame_weights.
void make_clean_batch(const Recipe& recipe, const audio::LogMel& log_mel,
                      const audio::PcmStore& store, const std::vector<CropPlan>& crops,
                      FeatureBatch& batch, std::vector<float>& weights);

/// The features of all views of `crops`, in their order.
void make_view_batch(const Recipe& recipe, const audio::LogMel& log_mel,
                     const audio::PcmStore& store, const audio::NoiseBank& noise,
                     const std::vector<CropPlan>& crops, FeatureBatch& batch);

/// Gives the crops of a step to as many shards as are needed, `crops_per_shard` to each.
template <class Shard>
void share_out(std::vector<CropPlan> crops, std::size_t crops_per_shard,
               std::vector<Shard>& shards) {
  shards.resize((crops.size() + crops_per_shard - 1) / crops_per_shard);
  for (Shard& shard : shards)
    shard.crops.clear();
  for (std::size_t i = 0; i < crops.size(); ++i)
    shards[i / crops_per_shard].crops.push_back(std::move(crops[i]));
}

/// How much each encoder frame of a crop counts, from its clean features: 1 for speech, falling to
/// `silence_weight` where the mean log power is more than 20 dB below the loud frames of the crop.
std::vector<float> frame_weights(const audio::LogMelConfig& features,
                                 const std::vector<float>& clean, double silence_weight);

}  // namespace pairalign::train

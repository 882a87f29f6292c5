#include "train/crop_plan.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace pairalign::train {
namespace {

std::int64_t to_samples(double seconds) {
  return std::llround(seconds * audio::kSampleRate);
}

ViewPlan plan_view(const CropConfig& config, const audio::ViewConfig& views,
                   std::int64_t crop_samples, Random& random) {
  ViewPlan view;
  const double seconds = random.uniform(config.piece_low_seconds, config.piece_high_seconds);
  view.samples = std::min(to_samples(seconds), crop_samples);
  view.first = static_cast<std::int64_t>(
      random.below(static_cast<std::uint64_t>(crop_samples - view.samples + 1)));
  view.warp = audio::draw_warp(views, random);
  view.random = Random(random.next());
  return view;
}

}  // namespace

CropConfig batch_of_all(CropConfig config, const Communicator& peers) {
  config.crops *= peers.size();
  return config;
}

std::vector<CropPlan> plan_step(const CropConfig& config, const audio::ViewConfig& views,
                                std::uint64_t seed, const audio::PcmStore& store,
                                std::int64_t step) {
  audio::ViewConfig teacher_views = views;
  teacher_views.tempo *= config.teacher_warp;
  teacher_views.frequency *= config.teacher_warp;
  const std::int64_t crop_samples = to_samples(config.crop_seconds);
  std::vector<CropPlan> crops(static_cast<std::size_t>(config.crops));
  for (std::size_t i = 0; i < crops.size(); ++i) {
    const auto index = static_cast<std::uint64_t>(step) * crops.size() + i;
    Random random = Random::stream(seed, index);
    CropPlan& crop = crops[i];
    crop.place = draw_place(store, crop_samples, random);
    crop.samples = std::min(crop_samples, store.size(crop.place.recording) - crop.place.first);
    crop.warp = audio::draw_warp(teacher_views, random);
    for (int v = 0; v < config.views; ++v)
      crop.views.push_back(plan_view(config, views, crop.samples, random));
  }
  return crops;
}

int frames_of(const audio::LogMelConfig& features, std::int64_t samples, const audio::Warp& warp) {
  const auto mel =
      static_cast<int>(std::ceil(static_cast<double>(samples) / (features.hop * warp.tempo)));
  return (mel + model::kStride - 1) / model::kStride;
}

std::vector<int> match_frames(const audio::LogMelConfig& features, const CropPlan& crop,
                              const ViewPlan& view, int view_frames, int crop_frames) {
  const double view_step = model::kStride * features.hop * view.warp.tempo;
  const double crop_step = model::kStride * features.hop * crop.warp.tempo;
  std::vector<int> matches(static_cast<std::size_t>(view_frames));
  for (int j = 0; j < view_frames; ++j) {
    const double sample = static_cast<double>(view.first) + j * view_step;
    const int frame = static_cast<int>(std::lround(sample / crop_step));
    matches[static_cast<std::size_t>(j)] = std::min(frame, crop_frames - 1);
  }
  return matches;
}

std::vector<float> make_view(const Recipe& recipe, const audio::LogMel& log_mel,
                             const audio::PcmStore& store, const audio::NoiseBank& noise,
                             const CropPlan& crop, const ViewPlan& view) {
  std::vector<float> pcm(static_cast<std::size_t>(view.samples));
  store.read(crop.place.recording, crop.place.first + view.first, view.samples, pcm.data());
  Random random = view.random;
  audio::degrade(pcm, recipe.views, noise, random);
  std::vector<float> features = log_mel.compute(pcm, view.warp);
  audio::mask_features(features, recipe.features.bands, log_mel.silence(), recipe.views, random);
  return features;
}

std::vector<float> make_clean(const audio::LogMel& log_mel, const audio::PcmStore& store,
                              const CropPlan& crop) {
  std::vector<float> pcm(static_cast<std::size_t>(crop.samples));
  store.read(crop.place.recording, crop.place.first, crop.samples, pcm.data());
  return log_mel.compute(pcm, crop.warp);
}

std::vector<float> frame_weights(const audio::LogMelConfig& features,
                                 const std::vector<float>& clean, double silence_weight) {
  const auto bands = static_cast<std::size_t>(features.bands);
  const std::size_t step = bands * model::kStride;
  std::vector<float> levels;  // mean log power in nats, but for a constant
  for (std::size_t i = 0; i < clean.size(); i += step) {
    const auto row = clean.begin() + static_cast<std::ptrdiff_t>(i);
    const float sum = std::accumulate(row, row + static_cast<std::ptrdiff_t>(bands), 0.0F);
    levels.push_back(sum / static_cast<float>(bands) * features.scale);
  }
  std::vector<float> sorted = levels;
  std::sort(sorted.begin(), sorted.end());
  const float loud = sorted[sorted.size() * 95 / 100];
  constexpr float kThreshold = 4.6F, kSlope = 0.5F;  // nats: 20 dB, and a soft edge of some 2 dB
  std::vector<float> weights;
  for (const float level : levels) {
    const double speech = 1 / (1 + std::exp((loud - kThreshold - level) / kSlope));
    weights.push_back(static_cast<float>(silence_weight + (1 - silence_weight) * speech));
  }
  return weights;
}

void FeatureBatch::clear() {
  features.clear();
  lengths.clear();
}

void FeatureBatch::append(const std::vector<float>& sequence, int bands) {
  lengths.push_back(static_cast<int>(sequence.size()) / bands);
  features.insert(features.end(), sequence.begin(), sequence.end());
}

void make_clean_batch(const Recipe& recipe, const audio::LogMel& log_mel,
                      const audio::PcmStore& store, const std::vector<CropPlan>& crops,
                      FeatureBatch& batch, std::vector<float>& weights) {
  batch.clear();
  weights.clear();
  for (const CropPlan& crop : crops) {
    const std::vector<float> clean = make_clean(log_mel, store, crop);
    batch.append(clean, recipe.features.bands);
    const std::vector<float> own =
        frame_weights(recipe.features, clean, recipe.geometric.silence_weight);
    weights.insert(weights.end(), own.begin(), own.end());
  }
}

void make_view_batch(const Recipe& recipe, const audio::LogMel& log_mel,
                     const audio::PcmStore& store, const audio::NoiseBank& noise,
                     const std::vector<CropPlan>& crops, FeatureBatch& batch) {
  batch.clear();
  for (const CropPlan& crop : crops) {
    for (const ViewPlan& view : crop.views)
      batch.append(make_view(recipe, log_mel, store, noise, crop, view), recipe.features.bands);
  }
}

}  // namespace pairalign::train

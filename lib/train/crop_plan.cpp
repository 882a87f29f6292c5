#include "train/crop_plan.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace pairalign::train {
namespace {

// Draws the start of a piece of `length` within [0, end) that covers as much as possible of [first,
// first + covered): anywhere inside a longer span, anywhere around a shorter one.
std::int64_t draw_over(std::int64_t first, std::int64_t covered, std::int64_t length,
                       std::int64_t end, Random& random) {
  const std::int64_t last = first + covered - length;
  const std::int64_t low = std::clamp<std::int64_t>(std::min(first, last), 0, end - length);
  const std::int64_t high = std::clamp<std::int64_t>(std::max(first, last), 0, end - length);
  return low + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(high - low + 1)));
}

ViewPlan plan_view(const CropConfig& config, const ViewConfig& views, const CropPlan& crop,
                   Random& random) {
  const PairedSpan span = crop.pair.value_or(PairedSpan{0, crop.samples, 0});
  ViewPlan view;
  const double seconds = random.uniform(config.piece_low_seconds, config.piece_high_seconds);
  view.samples = std::min(to_samples(seconds), crop.samples);
  view.first = draw_over(span.first, span.samples, view.samples, crop.samples, random);
  view.warp = draw_warp_apart(views, crop.warp, random);
  view.random = Random(random.next());
  view.crossed = crop.pair && random.chance(config.pair_crossing);
  return view;
}

// Places a crop so that it holds `span` at a random position.
void place_over(const SpokenSpan& span, std::int64_t slack, const PcmStore& store,
                std::int64_t crop_samples, Random& random, CropPlan& crop) {
  const std::int64_t size = store.size(span.recording);
  crop.samples = std::min(std::max(crop_samples, span.samples), size);
  crop.place = {span.recording, draw_over(span.first, span.samples, crop.samples, size, random)};
  crop.pair = PairedSpan{span.first - crop.place.first, span.samples, slack};
}

}  // namespace

std::vector<CropPlan> plan_step(const CropConfig& config, const ViewConfig& views,
                                std::uint64_t seed, const PcmStore& store, std::int64_t step,
                                const NaturalPairs* pairs) {
  ViewConfig teacher_views = views;
  teacher_views.tempo *= config.teacher_warp;
  teacher_views.frequency *= config.teacher_warp;
  teacher_views.pitch *= config.teacher_warp;
  const std::int64_t crop_samples = to_samples(config.crop_seconds);
  std::vector<CropPlan> crops(static_cast<std::size_t>(config.crops));
  NaturalPairs::Pair pair;
  bool paired = false;
  for (std::size_t i = 0; i < crops.size(); ++i) {
    const auto index = static_cast<std::uint64_t>(step) * crops.size() + i;
    Random random = Random::stream(seed, index);
    CropPlan& crop = crops[i];
    const bool first = i % 2 == 0;
    if (first) {
      paired = pairs != nullptr && i + 1 < crops.size() && random.chance(config.pair_share);
      if (paired) pair = pairs->draw(random);
    }
    crop.content = paired ? i / 2 * 2 : i;
    if (paired) {
      place_over(first ? pair.a : pair.b, pairs->slack(), store, crop_samples, random, crop);
    } else {
      crop.place = store.draw_place(crop_samples, random);
      crop.samples = std::min(crop_samples, store.size(crop.place.recording) - crop.place.first);
    }
    crop.warp = draw_warp(teacher_views, random);
    for (int v = 0; v < config.views; ++v)
      crop.views.push_back(plan_view(config, views, crop, random));
  }
  return crops;
}

const NaturalPairs* pairs_at(const CropConfig& config, std::int64_t step, std::int64_t steps,
                             const NaturalPairs& pairs) {
  const bool warm = static_cast<double>(step) >= config.pair_warmup * static_cast<double>(steps);
  return warm && config.pair_share > 0 && !pairs.empty() ? &pairs : nullptr;
}

int frames_of(const audio::LogMelConfig& features, std::int64_t samples, const audio::Warp& warp) {
  const auto mel =
      static_cast<int>(std::ceil(static_cast<double>(samples) / (features.hop * warp.tempo)));
  return (mel + model::kStride - 1) / model::kStride;
}

std::vector<float> FeatureMaker::samples(const CropPlan& crop, std::int64_t first,
                                         std::int64_t count) const {
  std::vector<float> pcm(static_cast<std::size_t>(count));
  store_.read(crop.place.recording, crop.place.first + first, count, pcm.data());
  return pcm;
}

std::vector<float> FeatureMaker::clean(const CropPlan& crop) const {
  return log_mel_.compute(samples(crop, 0, crop.samples), crop.warp);
}

std::vector<float> FeatureMaker::view(const CropPlan& crop, const ViewPlan& view) const {
  std::vector<float> pcm = samples(crop, view.first, view.samples);
  Random random = view.random;
  degrade(pcm, recipe_.views, noise_, random);
  std::vector<float> features = log_mel_.compute(pcm, view.warp);
  mask_features(features, recipe_.features.bands, silence(), recipe_.views, random);
  return features;
}

std::vector<float> FeatureMaker::original(const CropPlan& crop, const ViewPlan& view) const {
  return log_mel_.compute(samples(crop, view.first, view.samples));
}

void FeatureMaker::append(const std::vector<float>& sequence, FeatureBatch& batch) const {
  batch.lengths.push_back(static_cast<int>(sequence.size()) / recipe_.features.bands);
  batch.features.insert(batch.features.end(), sequence.begin(), sequence.end());
}

void FeatureMaker::clean_batch(const std::vector<CropPlan>& crops, FeatureBatch& batch,
                               std::vector<float>& weights) const {
  batch.lengths.clear();
  batch.features.clear();
  weights.clear();
  for (const CropPlan& crop : crops) {
    const std::vector<float> features = clean(crop);
    append(features, batch);
    const std::vector<float> own =
        frame_weights(recipe_.features, features, recipe_.geometric.silence_weight);
    weights.insert(weights.end(), own.begin(), own.end());
  }
}

void FeatureMaker::view_batch(const std::vector<CropPlan>& crops, FeatureBatch& batch) const {
  batch.lengths.clear();
  batch.features.clear();
  for (const CropPlan& crop : crops) {
    for (const ViewPlan& view : crop.views)
      append(this->view(crop, view), batch);
  }
}

std::vector<float> frame_weights(const audio::LogMelConfig& features,
                                 const std::vector<float>& clean, double silence_weight) {
  const auto bands = static_cast<std::size_t>(features.bands);
  const std::size_t step = bands * model::kStride;
  std::vector<float> levels;  // mean log power in nats, up to a constant
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

}  // namespace pairalign::train

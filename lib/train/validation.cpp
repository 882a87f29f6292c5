#include "train/validation.hpp"

#include <algorithm>
#include <cmath>

#include "train/crop_plan.hpp"

namespace pairalign::train {
namespace {

constexpr int kCrops = 96;
constexpr std::uint64_t kSeed = 0x76616c6964;  // apart from every training seed a user may choose

struct CropResult {
  std::vector<int> clean_codes;
  std::int64_t agreed = 0, compared = 0, tokens = 0;
  double seconds = 0;
};

}  // namespace

double perplexity(const std::vector<std::int64_t>& counts) {
  double total = 0, sum = 0;
  for (const std::int64_t count : counts)
    total += static_cast<double>(count);
  if (total == 0) return 0;
  for (const std::int64_t count : counts) {
    const double p = static_cast<double>(count) / total;
    if (count > 0) sum -= p * std::log(p);
  }
  return std::exp(sum);
}

ValidationReport validate(const model::Model& model, const Recipe& recipe,
                          const audio::PcmStore& store, const audio::NoiseBank& noise,
                          ThreadPool& pool) {
  Recipe plan_recipe = recipe;
  plan_recipe.seed = kSeed;
  plan_recipe.geometric.crops = kCrops;
  plan_recipe.geometric.views = 1;
  plan_recipe.geometric.teacher_warp = 0;
  const std::vector<CropPlan> crops = plan_step(plan_recipe, store, 0);
  std::vector<CropResult> results(crops.size());
  const audio::LogMel log_mel(recipe.features);
  const int codes = model.vocabulary();
  pool.parallel_for(crops.size(), [&](std::size_t i) {
    model::FrameScorer scorer(model);
    CropResult& result = results[i];
    const CropPlan& crop = crops[i];
    const ViewPlan& view = crop.views[0];
    result.clean_codes = scorer.nearest_codes(make_clean(log_mel, store, crop));
    const std::vector<int> degraded =
        scorer.nearest_codes(make_view(recipe, log_mel, store, noise, crop, view));
    const std::vector<int> matches =
        match_frames(recipe.features, crop, view, static_cast<int>(degraded.size()),
                     static_cast<int>(result.clean_codes.size()));
    for (std::size_t j = 0; j < degraded.size(); ++j) {
      result.agreed += degraded[j] == result.clean_codes[static_cast<std::size_t>(matches[j])];
    }
    result.compared = static_cast<std::int64_t>(degraded.size());
    for (std::size_t j = 0; j < result.clean_codes.size(); ++j) {
      result.tokens += j == 0 || result.clean_codes[j] != result.clean_codes[j - 1];
    }
    result.seconds = static_cast<double>(crop.samples) / audio::kSampleRate;
  });

  ValidationReport report;
  std::vector<std::int64_t> counts(static_cast<std::size_t>(codes));
  double agreed = 0, compared = 0, tokens = 0, seconds = 0;
  for (const CropResult& result : results) {
    agreed += static_cast<double>(result.agreed);
    compared += static_cast<double>(result.compared);
    tokens += static_cast<double>(result.tokens);
    seconds += result.seconds;
    for (const int code : result.clean_codes)
      ++counts[static_cast<std::size_t>(code)];
  }
  report.agreement = compared > 0 ? agreed / compared : 0;
  report.perplexity = perplexity(counts);
  report.codes_used = static_cast<int>(
      std::count_if(counts.begin(), counts.end(), [](std::int64_t n) { return n > 0; }));
  report.vq_tokens_per_second = seconds > 0 ? tokens / seconds : 0;
  return report;
}

}  // namespace pairalign::train

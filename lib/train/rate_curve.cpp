#include "train/rate_curve.hpp"

#include <algorithm>
#include <array>

#include "model/segmenter.hpp"

namespace pairalign::train {
namespace {

constexpr std::array<double, 16> kPenalties = {0,   0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35,
                                               0.4, 0.5,  0.6, 0.7,  0.8, 1.0,  1.3, 1.6};
constexpr std::int64_t kLongestStretch = 60 * audio::kSampleRate;

using TokenCounts = std::array<std::int64_t, kPenalties.size()>;

TokenCounts count_tokens(const model::Model& model, const std::vector<float>& scores) {
  TokenCounts counts{};
  const int codes = model.vocabulary();
  std::vector<model::Segment> segments;
  for (std::size_t p = 0; p < kPenalties.size(); ++p) {
    model::DurationPenalisedSegmenter segmenter(codes, kPenalties[p]);
    segments.clear();
    for (std::size_t i = 0; i < scores.size(); i += static_cast<std::size_t>(codes)) {
      segmenter.push(scores.data() + i, segments);
    }
    segmenter.finish(segments);
    counts[p] = static_cast<std::int64_t>(segments.size());
  }
  return counts;
}

}  // namespace

std::vector<model::RatePoint> measure_rate_curve(const model::Model& model,
                                                 const audio::PcmStore& store, double seconds,
                                                 ThreadPool& pool) {
  std::size_t recordings = 0;
  double total_seconds = 0;
  while (recordings < store.count() && total_seconds < seconds) {
    const std::int64_t samples = std::min(store.size(recordings++), kLongestStretch);
    total_seconds += static_cast<double>(samples) / audio::kSampleRate;
  }
  const audio::LogMel log_mel(model.info().features);
  std::vector<TokenCounts> counts(recordings);
  pool.parallel_for(recordings, [&](std::size_t i) {
    model::FrameScorer scorer(model);
    std::vector<float> pcm(static_cast<std::size_t>(std::min(store.size(i), kLongestStretch)));
    store.read(i, 0, static_cast<std::int64_t>(pcm.size()), pcm.data());
    counts[i] = count_tokens(model, scorer.score(log_mel.compute(pcm)));
  });
  std::vector<model::RatePoint> curve;
  for (std::size_t p = 0; p < kPenalties.size(); ++p) {
    double tokens = 0;
    for (const TokenCounts& count : counts)
      tokens += static_cast<double>(count[p]);
    const double rate = total_seconds > 0 ? tokens / total_seconds : 0;
    if (rate > 0 && (curve.empty() || rate < curve.back().tokens_per_second)) {
      curve.push_back({kPenalties[p], rate});
    }
  }
  return curve;
}

}  // namespace pairalign::train

#include "train/rate_curve.hpp"

#include <algorithm>
#include <functional>

#include "model/decoding.hpp"
#include "model/segmenter.hpp"

namespace pairalign::train {
namespace {

using Controls = std::vector<double>;
using TokenCounts = std::vector<std::int64_t>;  // one for each control

constexpr std::int64_t kLongestSpan = 60 * audio::kSampleRate;

Controls penalties() {
  return {0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0, 1.3, 1.6};
}

TokenCounts count_penalised(const model::Model& model, const Controls& controls,
                            const std::vector<float>& features) {
  model::FrameScorer scorer(model);
  const std::vector<float>& scores = scorer.score(features);
  const int codes = model.vocabulary();
  TokenCounts counts;
  for (const double penalty : controls) {
    model::DurationPenalisedSegmenter segmenter(codes, penalty);
    std::vector<model::Segment> segments;
    for (std::size_t i = 0; i < scores.size(); i += static_cast<std::size_t>(codes)) {
      segmenter.push(scores.data() + i, segments);
    }
    segmenter.finish(segments);
    counts.push_back(static_cast<std::int64_t>(segments.size()));
  }
  return counts;
}

TokenCounts count_decoded(const model::Model& model, const Controls& controls,
                          const std::vector<float>& features) {
  model::FrameScorer scorer(model);
  const std::vector<float>& frames = scorer.encode(features);
  const int count = static_cast<int>(frames.size()) / model.info().encoder.width;
  TokenCounts counts;
  for (const double penalty : controls) {
    model::DecodeOptions options;
    options.segment_penalty = penalty;
    const std::vector<int> tokens =
        model::decode_frames(*model.decoder(), model.weights(), frames.data(), count, options);
    std::int64_t changes = 0;
    for (std::size_t j = 0; j < tokens.size(); ++j)
      changes += tokens[j] != model::kNoToken && (j == 0 || tokens[j] != tokens[j - 1]);
    counts.push_back(changes);
  }
  return counts;
}

std::vector<model::RatePoint> measure(
    const model::Model& model, const Controls& controls, const PcmStore& store, double seconds,
    ThreadPool& pool,
    const std::function<TokenCounts(const std::vector<float>& features)>& count_tokens) {
  std::size_t recordings = 0;
  double total_seconds = 0;
  while (recordings < store.count() && total_seconds < seconds) {
    const std::int64_t samples = std::min(store.size(recordings++), kLongestSpan);
    total_seconds += static_cast<double>(samples) / audio::kSampleRate;
  }
  const audio::LogMel log_mel(model.info().features);
  std::vector<TokenCounts> counts(recordings);
  pool.parallel_for(recordings, [&](std::size_t i) {
    std::vector<float> pcm(static_cast<std::size_t>(std::min(store.size(i), kLongestSpan)));
    store.read(i, 0, static_cast<std::int64_t>(pcm.size()), pcm.data());
    counts[i] = count_tokens(log_mel.compute(pcm));
  });
  std::vector<model::RatePoint> curve;
  for (std::size_t c = 0; c < controls.size(); ++c) {
    double tokens = 0;
    for (const TokenCounts& count : counts)
      tokens += static_cast<double>(count[c]);
    const double rate = total_seconds > 0 ? tokens / total_seconds : 0;
    if (rate > 0 && (curve.empty() || rate < curve.back().tokens_per_second)) {
      curve.push_back({controls[c], rate});
    }
  }
  return curve;
}

}  // namespace

std::vector<model::RatePoint> measure_rate_curve(const model::Model& model, const PcmStore& store,
                                                 double seconds, ThreadPool& pool) {
  const Controls controls = penalties();
  return measure(model, controls, store, seconds, pool, [&](const std::vector<float>& features) {
    return count_penalised(model, controls, features);
  });
}

std::vector<model::RatePoint> measure_pairalign_rate_curve(const model::Model& model,
                                                           const PcmStore& store, double seconds,
                                                           ThreadPool& pool) {
  if (!model.decoder()->memory().has_path()) return {};
  const Controls controls = penalties();
  return measure(model, controls, store, seconds, pool, [&](const std::vector<float>& features) {
    return count_decoded(model, controls, features);
  });
}

}  // namespace pairalign::train

#include "train/rate_curve.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>

#include "train/frame_tokens.hpp"

namespace pairalign::train {
namespace {

constexpr std::int64_t kLongestSpan = 60 * audio::kSampleRate;
constexpr double kPenalties[] = {0,   0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35,
                                 0.4, 0.5,  0.6, 0.7,  0.8, 1.0,  1.3, 1.6};

using TokenCounts = std::array<std::size_t, std::size(kPenalties)>;

std::vector<model::RatePoint> measure(
    const model::Model& model, const PcmStore& store, double seconds, ThreadPool& pool,
    const std::function<FrameTokens(const FrameTokenizer&, double penalty)>& tokens_at) {
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
    FrameTokenizer tokenizer(model);
    tokenizer.read(log_mel.compute(pcm));
    for (std::size_t c = 0; c < std::size(kPenalties); ++c)
      counts[i][c] = merge_frames(tokens_at(tokenizer, kPenalties[c])).size();
  });
  std::vector<model::RatePoint> curve;
  for (std::size_t c = 0; c < std::size(kPenalties); ++c) {
    double tokens = 0;
    for (const TokenCounts& count : counts)
      tokens += static_cast<double>(count[c]);
    const double rate = total_seconds > 0 ? tokens / total_seconds : 0;
    if (rate > 0 && (curve.empty() || rate < curve.back().tokens_per_second)) {
      curve.push_back({kPenalties[c], rate});
    }
  }
  return curve;
}

}  // namespace

std::vector<model::RatePoint> measure_rate_curve(const model::Model& model, const PcmStore& store,
                                                 double seconds, ThreadPool& pool) {
  return measure(model, store, seconds, pool, [](const FrameTokenizer& tokenizer, double penalty) {
    return tokenizer.dpvq(penalty);
  });
}

std::vector<model::RatePoint> measure_pairalign_rate_curve(const model::Model& model,
                                                           const PcmStore& store, double seconds,
                                                           ThreadPool& pool) {
  if (!model.decoder()->memory().has_path()) return {};
  return measure(model, store, seconds, pool, [](const FrameTokenizer& tokenizer, double penalty) {
    model::DecodeOptions options;
    options.segment_penalty = penalty;
    return tokenizer.pairalign(options);
  });
}

}  // namespace pairalign::train

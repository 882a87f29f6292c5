#include "train/measures.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <optional>
#include <string>

#include "audio/log_mel.hpp"
#include "base/random.hpp"
#include "train/frame_tokens.hpp"

namespace pairalign::train {
namespace {

constexpr std::int64_t kLongestSpan = 60 * audio::kSampleRate;
constexpr double kPenalties[] = {0,   0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35,
                                 0.4, 0.5,  0.6, 0.7,  0.8, 1.0,  1.3, 1.6};

constexpr std::uint64_t kSeed = 0x6368616e6365;  // unlike any training seed a user may choose
// Long enough for a query, short enough that no recording outweighs the others.
constexpr std::int64_t kPieceSamples = 20 * audio::kSampleRate;
constexpr std::size_t kPiecesAtOnce = 128;

// Part of a recording.
struct Piece {
  std::size_t recording = 0;
  std::int64_t first = 0, samples = 0;
};

void read(const PcmStore& store, const Piece& piece, const audio::LogMel& log_mel,
          FrameTokenizer& tokenizer) {
  std::vector<float> pcm(static_cast<std::size_t>(piece.samples));
  store.read(piece.recording, piece.first, piece.samples, pcm.data());
  tokenizer.read(log_mel.compute(pcm));
}

std::vector<Piece> shuffled_pieces(const PcmStore& store) {
  std::vector<Piece> pieces;
  for (std::size_t i = 0; i < store.count(); ++i) {
    for (std::int64_t first = 0; first < store.size(i); first += kPieceSamples)
      pieces.push_back({i, first, std::min(kPieceSamples, store.size(i) - first)});
  }
  Random random(kSeed);
  for (std::size_t i = pieces.size(); i > 1; --i)
    std::swap(pieces[i - 1], pieces[random.below(i)]);
  return pieces;
}

bool complete(const model::ChanceStrings& strings) {
  return !strings.empty() && std::all_of(strings.begin(), strings.end(), [](const auto& entry) {
    return entry.second.size() >= kChanceTokens;
  });
}

}  // namespace

std::vector<model::RatePoint> measure_rate_curve(const model::Model& model,
                                                 model::TokenizerKind kind, const PcmStore& store,
                                                 double seconds, ThreadPool& pool) {
  const bool decodes = kind == model::TokenizerKind::pairalign;
  if (decodes && !model.decoder()->memory().has_path()) return {};
  std::size_t recordings = 0;
  double total_seconds = 0;
  while (recordings < store.count() && total_seconds < seconds) {
    const std::int64_t samples = std::min(store.size(recordings++), kLongestSpan);
    total_seconds += static_cast<double>(samples) / audio::kSampleRate;
  }
  const audio::LogMel log_mel(model.info().features);
  std::vector<std::array<std::size_t, std::size(kPenalties)>> counts(recordings);
  pool.parallel_for(recordings, [&](std::size_t i) {
    FrameTokenizer tokenizer(model);
    read(store, {i, 0, std::min(store.size(i), kLongestSpan)}, log_mel, tokenizer);
    for (std::size_t c = 0; c < std::size(kPenalties); ++c) {
      model::DecodeOptions options;
      options.segment_penalty = kPenalties[c];
      counts[i][c] =
          merge_frames(decodes ? tokenizer.pairalign(options) : tokenizer.dpvq(kPenalties[c]))
              .size();
    }
  });
  std::vector<model::RatePoint> curve;
  for (std::size_t c = 0; c < std::size(kPenalties); ++c) {
    double tokens = 0;
    for (const auto& count : counts)
      tokens += static_cast<double>(count[c]);
    const double rate = total_seconds > 0 ? tokens / total_seconds : 0;
    if (rate > 0 && (curve.empty() || rate < curve.back().tokens_per_second)) {
      curve.push_back({kPenalties[c], rate});
    }
  }
  return curve;
}

model::ChanceStrings measure_chance_strings(const model::Model& model, const PcmStore& store,
                                            ThreadPool& pool) {
  const std::vector<Piece> pieces = shuffled_pieces(store);
  std::optional<double> penalty;
  if (!model.info().rate_curve.empty()) penalty = model::dpvq_penalty(model, {});
  const audio::LogMel log_mel(model.info().features);
  model::ChanceStrings all;
  for (std::size_t first = 0; first < pieces.size() && !complete(all); first += kPiecesAtOnce) {
    std::vector<std::map<std::string, FrameTokens>> found(
        std::min(kPiecesAtOnce, pieces.size() - first));
    pool.parallel_for(found.size(), [&](std::size_t i) {
      FrameTokenizer tokenizer(model);
      read(store, pieces[first + i], log_mel, tokenizer);
      found[i] = tokenizer.by_tokenizer(penalty);
    });
    for (const auto& piece : found) {
      for (const auto& [tokenizer, frames] : piece) {
        const std::vector<tokens::Token> string = merge_frames(frames);
        all[tokenizer].insert(all[tokenizer].end(), string.begin(), string.end());
      }
    }
  }
  for (auto& [tokenizer, tokens] : all)
    tokens.resize(std::min(tokens.size(), kChanceTokens));
  return all;
}

}  // namespace pairalign::train

#include "train/chance_strings.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "audio/log_mel.hpp"
#include "base/random.hpp"
#include "model/decoding.hpp"
#include "model/segmenter.hpp"
#include "model/tokenizer.hpp"

namespace pairalign::train {
namespace {

constexpr std::uint64_t kSeed = 0x6368616e6365;  // unlike any training seed a user may choose
// Long enough for a query, short enough that no recording outweighs the others.
constexpr std::int64_t kPieceSamples = 20 * audio::kSampleRate;
constexpr std::size_t kPiecesAtOnce = 128;

struct Piece {
  std::size_t recording;
  std::int64_t first;
  std::int64_t samples;
};

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

std::vector<tokens::Token> segment(model::Segmenter& segmenter, const std::vector<float>& scores,
                                   std::size_t codes) {
  std::vector<model::Segment> segments;
  for (std::size_t i = 0; i < scores.size(); i += codes)
    segmenter.push(scores.data() + i, segments);
  segmenter.finish(segments);
  std::vector<tokens::Token> tokens;
  for (const model::Segment& segment : segments)
    tokens.push_back(segment.token);
  return tokens;
}

// The published string for a token per frame: consecutive duplicates are merged.
std::vector<tokens::Token> merged(const std::vector<int>& frames) {
  std::vector<tokens::Token> tokens;
  int last = model::kNoToken;
  for (const int token : frames) {
    if (token != last && token != model::kNoToken)
      tokens.push_back(static_cast<tokens::Token>(token));
    last = token;
  }
  return tokens;
}

// `penalty`: of dpvq; empty for a model without a rate curve.
model::ChanceStrings tokenize(const model::Model& model, std::optional<double> penalty,
                              const std::vector<float>& features) {
  model::FrameScorer scorer(model);
  const std::vector<float>& scores = scorer.score(features);
  const auto codes = static_cast<std::size_t>(model.vocabulary());
  model::ChanceStrings strings;
  model::NearestCodeSegmenter nearest(model.vocabulary());
  strings[to_string(model::TokenizerKind::vq)] = segment(nearest, scores, codes);
  if (penalty) {
    model::DurationPenalisedSegmenter penalised(model.vocabulary(), *penalty);
    strings[to_string(model::TokenizerKind::dpvq)] = segment(penalised, scores, codes);
  }
  if (model.decoder() != nullptr) {
    const int frames = static_cast<int>(scores.size() / codes);
    strings[to_string(model::TokenizerKind::pairalign)] = merged(model::decode_frames(
        *model.decoder(), model.weights(), scorer.encoded().data(), frames, {}));
  }
  return strings;
}

bool complete(const model::ChanceStrings& strings) {
  return !strings.empty() && std::all_of(strings.begin(), strings.end(), [](const auto& entry) {
    return entry.second.size() >= kChanceTokens;
  });
}

}  // namespace

model::ChanceStrings measure_chance_strings(const model::Model& model, const PcmStore& store,
                                            ThreadPool& pool) {
  const std::vector<Piece> pieces = shuffled_pieces(store);
  std::optional<double> penalty;
  if (!model.info().rate_curve.empty()) penalty = model::dpvq_penalty(model, {});
  const audio::LogMel log_mel(model.info().features);
  model::ChanceStrings all;
  for (std::size_t first = 0; first < pieces.size() && !complete(all); first += kPiecesAtOnce) {
    std::vector<model::ChanceStrings> found(std::min(kPiecesAtOnce, pieces.size() - first));
    pool.parallel_for(found.size(), [&](std::size_t i) {
      const Piece& piece = pieces[first + i];
      std::vector<float> pcm(static_cast<std::size_t>(piece.samples));
      store.read(piece.recording, piece.first, piece.samples, pcm.data());
      found[i] = tokenize(model, penalty, log_mel.compute(pcm));
    });
    for (const model::ChanceStrings& strings : found) {
      for (const auto& [tokenizer, tokens] : strings)
        all[tokenizer].insert(all[tokenizer].end(), tokens.begin(), tokens.end());
    }
  }
  for (auto& [tokenizer, tokens] : all)
    tokens.resize(std::min(tokens.size(), kChanceTokens));
  return all;
}

}  // namespace pairalign::train

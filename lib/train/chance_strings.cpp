#include "train/chance_strings.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "audio/log_mel.hpp"
#include "base/random.hpp"
#include "model/tokenizer.hpp"
#include "train/frame_tokens.hpp"

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
    std::vector<std::map<std::string, FrameTokens>> found(
        std::min(kPiecesAtOnce, pieces.size() - first));
    pool.parallel_for(found.size(), [&](std::size_t i) {
      const Piece& piece = pieces[first + i];
      std::vector<float> pcm(static_cast<std::size_t>(piece.samples));
      store.read(piece.recording, piece.first, piece.samples, pcm.data());
      FrameTokenizer tokenizer(model);
      tokenizer.read(log_mel.compute(pcm));
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

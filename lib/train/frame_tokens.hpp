// The token of every frame of a recording, by each tokenizer of a model.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/span.hpp"
#include "model/decoding.hpp"
#include "model/model.hpp"
#include "model/segmenter.hpp"
#include "tokens/record.hpp"

namespace pairalign::train {

/// model::kNoToken for a frame without one.
using FrameTokens = std::vector<int>;

/// `scores`: (frames, codes), cosines.
FrameTokens segment_frames(model::Segmenter&& segmenter, Span<const float> scores, int codes);

/// Moves the scores (frames, codes) of each frame by `share` towards their mean over its segment of
/// the duration-penalised path.
void average_over_segments(double penalty, double share, Span<float> scores, int codes);

/// The published string: consecutive duplicates are merged.
std::vector<tokens::Token> merge_frames(const FrameTokens& frames);

/// Keeps buffers: one per thread.
class FrameTokenizer {
 public:
  /// `model` must outlive it.
  explicit FrameTokenizer(const model::Model& model) : model_(model), scorer_(model) {}

  /// Encodes log-mel frames; everything below is about the last input.
  void read(const std::vector<float>& features) { scores_ = scorer_.score(features); }

  int frames() const { return static_cast<int>(scores_.size()) / model_.vocabulary(); }
  /// (frames, codes), cosines.
  Span<const float> scores() const { return scores_; }
  /// (frames, dimension), rows of unit length.
  const std::vector<float>& embeddings() const { return scorer_.embeddings(); }

  FrameTokens vq() const;
  FrameTokens dpvq(double penalty) const;
  /// `capped`: see model::decode_frames.
  FrameTokens pairalign(const model::DecodeOptions& options = {}, bool* capped = nullptr) const;
  /// By all tokenizers of the model: "vq", "dpvq" if a penalty is given, "pairalign".
  std::map<std::string, FrameTokens> by_tokenizer(std::optional<double> penalty) const;

 private:
  const model::Model& model_;
  model::FrameScorer scorer_;
  Span<const float> scores_;
};

}  // namespace pairalign::train

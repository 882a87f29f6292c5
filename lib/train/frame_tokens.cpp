#include "train/frame_tokens.hpp"

#include <algorithm>

#include "model/tokenizer.hpp"
#include "nn/functions.hpp"

namespace pairalign::train {

FrameTokens segment_frames(model::Segmenter&& segmenter, Span<const float> scores, int codes) {
  const auto width = static_cast<std::size_t>(codes);
  std::vector<model::Segment> segments;
  for (std::size_t i = 0; i < scores.size(); i += width)
    segmenter.push(scores.data() + i, segments);
  segmenter.finish(segments);
  FrameTokens frames(scores.size() / width, model::kNoToken);
  auto end = frames.end();
  for (auto segment = segments.rbegin(); segment != segments.rend(); ++segment) {
    const auto begin = frames.begin() + segment->first_frame;
    std::fill(begin, end, static_cast<int>(segment->token));
    end = begin;
  }
  return frames;
}

void average_over_segments(double penalty, double share, Span<float> scores, int codes) {
  const auto width = static_cast<std::size_t>(codes);
  const auto moved = static_cast<float>(share);
  const FrameTokens tokens =
      segment_frames(model::DurationPenalisedSegmenter(codes, penalty), scores, codes);
  std::vector<float> mean(width);
  for (std::size_t first = 0, end = 0; first < tokens.size(); first = end) {
    while (end < tokens.size() && tokens[end] == tokens[first])
      ++end;
    mean.assign(width, 0);
    for (std::size_t t = first; t < end; ++t)
      nn::add_scaled(1 / static_cast<float>(end - first), &scores[t * width], width, mean.data());
    for (std::size_t t = first; t < end; ++t) {
      nn::scale(1 - moved, width, &scores[t * width]);
      nn::add_scaled(moved, mean.data(), width, &scores[t * width]);
    }
  }
}

std::vector<tokens::Token> merge_frames(const FrameTokens& frames) {
  std::vector<tokens::Token> tokens;
  int last = model::kNoToken;
  for (const int token : frames) {
    if (token != last && token != model::kNoToken)
      tokens.push_back(static_cast<tokens::Token>(token));
    last = token;
  }
  return tokens;
}

FrameTokens FrameTokenizer::vq() const {
  return segment_frames(model::NearestCodeSegmenter(model_.vocabulary()), scores_,
                        model_.vocabulary());
}

FrameTokens FrameTokenizer::dpvq(double penalty) const {
  return segment_frames(model::DurationPenalisedSegmenter(model_.vocabulary(), penalty), scores_,
                        model_.vocabulary());
}

FrameTokens FrameTokenizer::pairalign(const model::DecodeOptions& options, bool* capped) const {
  return model::decode_frames(*model_.decoder(), model_.weights(), scorer_.encoded().data(),
                              frames(), options, capped);
}

std::map<std::string, FrameTokens> FrameTokenizer::by_tokenizer(
    std::optional<double> penalty) const {
  using Kind = model::TokenizerKind;
  std::map<std::string, FrameTokens> tokens = {{to_string(Kind::vq), vq()}};
  if (penalty) tokens[to_string(Kind::dpvq)] = dpvq(*penalty);
  if (model_.decoder() != nullptr) tokens[to_string(Kind::pairalign)] = pairalign();
  return tokens;
}

}  // namespace pairalign::train

#include "train/target_string.hpp"

#include <algorithm>
#include <cmath>

namespace pairalign::train {

TargetString to_target_string(const std::vector<int>& frame_tokens, int longest) {
  TargetString string;
  string.frames = static_cast<int>(frame_tokens.size());
  int start = 0;
  for (int j = 1; j <= string.frames; ++j) {
    const int token = frame_tokens[static_cast<std::size_t>(j) - 1];
    const bool changes = j == string.frames || frame_tokens[static_cast<std::size_t>(j)] != token;
    if (!changes && j - start < longest) continue;
    string.tokens.push_back(token);
    string.ends.push_back(j);
    start = j;
  }
  return string;
}

std::vector<int> distinct_tokens(const TargetString& string) {
  std::vector<int> tokens = string.tokens;
  tokens.erase(std::unique(tokens.begin(), tokens.end()), tokens.end());
  return tokens;
}

namespace {

// The anchor of a token from `start` to `end`: `start`, or a frame beside it if that is before the
// token's end and inside the piece.
int jittered(int start, int end, double jitter, Random& random) {
  if (!random.chance(jitter)) return start;
  const int moved = random.chance(0.5) ? start + 1 : start - 1;
  return moved < 0 || moved >= end ? start : moved;
}

// The token of `string` at `anchor`. If that token has one frame left, it is the next one: to write
// the rest would be a repetition, and ends are no more exact than a frame.
StepTarget target_at(const model::Decoder& decoder, const TargetString& string, int anchor) {
  const auto found = std::upper_bound(string.ends.begin(), string.ends.end(), anchor);
  if (found == string.ends.end()) return {decoder.eos(), string.frames, string.frames, 1};
  auto i = static_cast<std::size_t>(found - string.ends.begin());
  const bool tail = *found - anchor == 1 && string.start(i) < anchor;
  if (tail && i + 1 < string.tokens.size()) ++i;
  return {string.tokens[i], std::max(anchor, string.start(i)), string.ends[i], 1};
}

}  // namespace

void append_sequence(const model::Decoder& decoder, const TargetString& string,
                     model::DecoderSequence condition, const Corruption& corruption, Random& random,
                     model::DecoderBatch& batch) {
  const auto count = string.tokens.size();
  const double stretch = static_cast<double>(condition.frames) / std::max(1, string.frames);
  condition.steps = static_cast<int>(count) + 1;
  batch.sequences.push_back(condition);
  for (std::size_t i = 0; i <= count; ++i) {
    const bool last = i == count;
    int input = i == 0 ? decoder.bos() : string.tokens[i - 1];
    if (i > 0 && random.chance(corruption.mask)) input = decoder.mask();
    const int start = string.start(i);
    const int anchor = last ? start : jittered(start, string.ends[i], corruption.jitter, random);
    batch.inputs.push_back(input);
    batch.anchors.push_back(
        std::min(condition.frames, static_cast<int>(std::lround(anchor * stretch))));
    batch.tokens.push_back(last ? decoder.eos() : string.tokens[i]);
  }
  const bool dropped = random.chance(corruption.self_dropout);
  batch.self_dropped.resize(batch.inputs.size(), dropped ? 1 : 0);
}

void append_targets(const model::Decoder& decoder, const TargetString& string,
                    std::vector<StepTarget>& targets) {
  for (std::size_t i = 0; i < string.tokens.size(); ++i)
    targets.push_back({string.tokens[i], string.start(i), string.ends[i], 1});
  targets.push_back({decoder.eos(), string.frames, string.frames, 1});
}

void append_own_prefix(const model::Decoder& decoder, const TargetString& string,
                       const std::vector<model::DecodedToken>& decoded,
                       model::DecoderSequence condition, model::DecoderBatch& batch,
                       std::vector<StepTarget>& targets) {
  condition.steps = static_cast<int>(decoded.size()) + 1;
  batch.sequences.push_back(condition);
  const double weight = static_cast<double>(string.tokens.size() + 1) / condition.steps;
  int anchor = 0;
  for (std::size_t i = 0; i <= decoded.size(); ++i) {
    StepTarget target = target_at(decoder, string, anchor);
    target.weight = weight;
    batch.inputs.push_back(i == 0 ? decoder.bos() : static_cast<int>(decoded[i - 1].token));
    batch.anchors.push_back(anchor);
    batch.tokens.push_back(target.token);
    targets.push_back(target);
    if (i < decoded.size()) anchor = decoded[i].end_frame;
  }
  batch.self_dropped.resize(batch.inputs.size(), 0);
}

}  // namespace pairalign::train

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

// Where the anchor of a token from `start` to `end` is put: there, or a frame beside it, but before
// the token's end and inside the piece.
int jittered(int start, int end, double jitter, Random& random) {
  if (!random.chance(jitter)) return start;
  const int moved = random.chance(0.5) ? start + 1 : start - 1;
  return moved < 0 || moved >= end ? start : moved;
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

}  // namespace pairalign::train

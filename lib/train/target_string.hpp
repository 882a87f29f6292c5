// The target string of the decoder for a piece of audio, and how it is taught.
#pragma once

#include <vector>

#include "base/random.hpp"
#include "model/decoder.hpp"
#include "model/decoding.hpp"

namespace pairalign::train {

/// Tokens that tile the frames of a piece: token i stands for frames ends[i − 1] … ends[i] − 1. A
/// token longer than the decoder can write at once is repeated.
struct TargetString {
  std::vector<int> tokens;
  std::vector<int> ends;
  int frames = 0;

  int start(std::size_t i) const { return i == 0 ? 0 : ends[i - 1]; }
};

/// From a token for every frame; `longest`: most frames that one token may span.
TargetString to_target_string(const std::vector<int>& frame_tokens, int longest);

/// The tokens without repetitions: the string that a user sees.
std::vector<int> distinct_tokens(const TargetString& string);

/// Corruption of the prefix that the decoder is given, so that it cannot ignore the audio.
struct Corruption {
  double mask = 0;          ///< probability that a token is read as MASK
  double jitter = 0;        ///< probability that an anchor is moved by one frame
  double self_dropout = 0;  ///< probability that self-attention is dropped, for all steps
};

/// Appends the steps of `string`, EOS included, as a sequence that reads `condition` (whose `steps`
/// are set here). If the length of the condition is not the string's, anchors are stretched to it.
void append_sequence(const model::Decoder& decoder, const TargetString& string,
                     model::DecoderSequence condition, const Corruption& corruption, Random& random,
                     model::DecoderBatch& batch);

/// The target of a step: its token and the frames that the token spans; EOS has none.
struct StepTarget {
  int token = 0;
  int start = 0, end = 0;
  double weight = 1;  ///< relative to a step of teacher forcing
};

/// Appends the targets of the steps that `append_sequence` appends.
void append_targets(const model::Decoder& decoder, const TargetString& string,
                    std::vector<StepTarget>& targets);

/// The same for a prefix that the decoder wrote itself, `decoded`, right or wrong: the target of
/// each step is the token of `string` at its anchor, so that the decoder learns to recover from its
/// errors (DAgger, Ross et al. 2011; scheduled sampling, Bengio et al. 2015). The total weight of
/// the steps is that of teacher forcing.
void append_own_prefix(const model::Decoder& decoder, const TargetString& string,
                       const std::vector<model::DecodedToken>& decoded,
                       model::DecoderSequence condition, model::DecoderBatch& batch,
                       std::vector<StepTarget>& targets);

}  // namespace pairalign::train

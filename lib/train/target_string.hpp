// The string that the decoder is to write for a piece of audio, and how it is taught.
#pragma once

#include <cstdint>
#include <vector>

#include "base/random.hpp"
#include "model/decoder.hpp"
#include "model/decoding.hpp"

namespace pairalign::train {

/// Tokens that tile the frames of a piece: token i stands for frames ends[i − 1] … ends[i] − 1.
/// A token longer than the decoder can write at once stands there several times in a row.
struct TargetString {
  std::vector<int> tokens;
  std::vector<int> ends;
  int frames = 0;

  int start(std::size_t i) const { return i == 0 ? 0 : ends[i - 1]; }
};

/// From a token for every frame; `longest`: frames that one token may span.
TargetString to_target_string(const std::vector<int>& frame_tokens, int longest);

/// The tokens without repetitions: the string that a user sees.
std::vector<int> distinct_tokens(const TargetString& string);

/// What is done to the prefix that the decoder is told, so that it cannot do without the audio.
struct Corruption {
  double mask = 0;          ///< chance that a token is read as MASK
  double jitter = 0;        ///< chance that an anchor is moved by one frame
  double self_dropout = 0;  ///< chance that the self-attention of all steps is left out
};

/// Appends the steps of `string`, EOS included, as a sequence that hears `condition` (steps are set
/// here). A condition of another length than the string's has the anchors stretched to it.
void append_sequence(const model::Decoder& decoder, const TargetString& string,
                     model::DecoderSequence condition, const Corruption& corruption, Random& random,
                     model::DecoderBatch& batch);

/// What a step is held against: its token and the frames that stand for it; EOS has none.
struct StepTarget {
  int token = 0;
  int start = 0, end = 0;
  double weight = 1;  ///< in steps of teacher forcing
};

/// Of the steps that `append_sequence` appends.
void append_targets(const model::Decoder& decoder, const TargetString& string,
                    std::vector<StepTarget>& targets);

/// The same for a prefix that the decoder wrote itself, `decoded`, right or wrong: each step is to
/// write the token of `string` at the frame where it stands, so that it learns to find its way
/// back (DAgger, Ross et al. 2011; scheduled sampling, Bengio et al. 2015). Together the steps
/// weigh as much as those of teacher forcing.
void append_own_prefix(const model::Decoder& decoder, const TargetString& string,
                       const std::vector<model::DecodedToken>& decoded,
                       model::DecoderSequence condition, model::DecoderBatch& batch,
                       std::vector<StepTarget>& targets);

}  // namespace pairalign::train

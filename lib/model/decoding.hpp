// Free decoding: a string from the audio alone, each step fed with what the steps before it wrote.
//
// From BOS at anchor 0 on, a step writes a token and then its end, which is the next anchor, until
// the anchor stands behind the last frame or, less than `longest` frames before that, EOS is the
// likeliest output. The greedy walk takes the likeliest token, and as its end a quantile of the end
// distribution D rather than the mode: the median moves little when the mass of D is shared between
// two frames.
//
// What lasts longer than `longest` frames is written again, so a raw string may repeat a token;
// `merge_repeats` makes of it the string that is published.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "model/decoder.hpp"
#include "tokens/record.hpp"

namespace pairalign::model {

struct DecodeOptions {
  /// Of the Viterbi path in the memory: larger gives longer tokens, and fewer. It is the control of
  /// the token rate. Empty: what the decoder was trained with. Of no use to a decoder without a
  /// path.
  std::optional<double> segment_penalty;
  /// A token ends at the first frame where the cumulated end distribution reaches this, in (0, 1).
  double end_quantile = 0.5;
  /// Hypotheses kept per anchor; 1 is the greedy walk. See beam_search.hpp.
  int beam = 1;
  /// Of a beam: a string is judged by its log probability over its number of tokens to this power.
  double length_exponent = 1;
  /// Divides the probability of what is among the last kRepetitionWindow tokens. The very last one
  /// is exempt: to write it again is to continue its segment, which is no repetition.
  double repetition_penalty = 1;
  /// (codes): multiplies the probabilities of tokens before the choice. Empty: they stand as they
  /// are.
  std::vector<float> token_weights;
  /// Most tokens per log-mel frame of what is known of the audio. At 0.5 a token may be as short as
  /// one frame of 20 ms.
  double cap = 0.5;
  /// Above 0, the greedy walk draws each token from the fewest that hold this share of the mass
  /// (nucleus sampling, Holtzman et al. 2020).
  double top_p = 0;
};

inline constexpr int kRepetitionWindow = 8;
inline constexpr int kWidestBeam = 64;
inline constexpr double kLeastEndQuantile = 0.001;

/// Throws Error("", reason) for values out of range or that exclude one another.
void check(const DecodeOptions& options);

/// Frames of the packed memory that make up one string.
struct DecodeSequence {
  int first_frame = 0, frames = 0;
  std::uint64_t seed = 0;  ///< of top_p
};

struct DecodedToken {
  tokens::Token token = 0;
  int first_frame = 0, end_frame = 0;  ///< of the sequence
  float log_probability = 0;           ///< ln P(token), before any penalty
  float end_log_probability = 0;       ///< ln D(end | token)
};

struct DecodedString {
  std::vector<DecodedToken> tokens;
  bool capped = false;  ///< more would have been written but for the cap
};

/// One token for each run of equal ones. Log probabilities add up.
std::vector<DecodedToken> merge_repeats(const std::vector<DecodedToken>& raw);

/// What is known of the audio of a string under way.
struct DecodeReach {
  int string = 0;
  /// Where frame 0 of the sequence would be in the packed memory: negative when the memory has slid
  /// on. Frames before the anchor are needed no further back than look_back.
  int first_frame = 0;
  int frames = 0;  ///< of the sequence
  /// No token begins at this frame or later, for now.
  int until = std::numeric_limits<int>::max();
};

class StringSearch;

/// Writes strings side by side, one batched step at a time. A step has few rows: with weights that
/// are not packed it is faster in f32. Keeps buffers: one per thread. A string does not depend on
/// those beside it.
class FreeDecoder {
 public:
  /// `decoder` must outlive it.
  FreeDecoder(const Decoder& decoder, const DecodeOptions& options);
  ~FreeDecoder();
  FreeDecoder(FreeDecoder&&) noexcept;
  FreeDecoder& operator=(FreeDecoder&&) noexcept;

  /// The raw strings of whole sequences, in the same order.
  std::vector<DecodedString> decode(nn::Weights w, const DecoderMemory::Cache& memory,
                                    const std::vector<DecodeSequence>& sequences);

  // The same for audio that becomes known bit by bit.

  /// A new string; returns its number.
  int begin(std::uint64_t seed = 0);
  /// Each of these strings as far as it reaches.
  void advance(nn::Weights w, const DecoderMemory::Cache& memory,
               const std::vector<DecodeReach>& reaches);
  /// What the string has become; its number may be given out again.
  DecodedString end(int string);

 private:
  std::unique_ptr<StringSearch> search_;
};

inline constexpr int kNoToken = -1;

/// The token that a decoder writes over each frame of one recording, kNoToken where it has ended.
/// `encoded`: (frames, encoder width), what its memory reads.
std::vector<int> decode_frames(const Decoder& decoder, nn::Weights w, const float* encoded,
                               int frames, const DecodeOptions& options);

}  // namespace pairalign::model

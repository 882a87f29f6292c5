// Free decoding: a string from the audio alone, each step fed with what the steps before it wrote.
//
// From BOS at anchor 0 on, a step writes the likeliest token and then its end, which is the next
// anchor, until the anchor stands behind the last frame or, less than `longest` frames before that,
// EOS is the likeliest output. The end is a quantile of the end distribution D rather than its
// mode: the median moves little when the mass of D is shared between two frames. (A beam over
// tokens and ends found likelier strings but no better ones.)
//
// What lasts longer than `longest` frames is written again, so a raw string may repeat a token;
// `merge_repeats` makes of it the string that is published.
#pragma once

#include <limits>
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
  /// Divides the probability of what is among the last kRepetitionWindow tokens. The very last one
  /// is exempt: to write it again is to continue its segment, which is no repetition.
  double repetition_penalty = 1;
  /// (codes): multiplies the probabilities of tokens before the choice. Empty: they stand as they
  /// are.
  std::vector<float> token_weights;
  /// Most tokens per log-mel frame of what is known of the audio. At 0.5 a token may be as short as
  /// one frame of 20 ms.
  double cap = 0.5;
};

inline constexpr int kRepetitionWindow = 8;
inline constexpr double kMinEndQuantile = 0.001;

/// Throws Error("", reason) for values out of range.
void check(const DecodeOptions& options);

/// Frames of the packed memory that make up one string.
struct DecodeSequence {
  int first_frame = 0, frames = 0;
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

/// Writes strings side by side, one batched step at a time. A step has few rows: with weights that
/// are not packed it is faster in f32. Keeps buffers: one per thread. A string does not depend on
/// those beside it.
class FreeDecoder {
 public:
  /// `decoder` must outlive it. Throws Error("", reason) for options that do not suit it.
  FreeDecoder(const Decoder& decoder, const DecodeOptions& options);

  /// The raw strings of whole sequences, in the same order.
  std::vector<DecodedString> decode(nn::Weights w, const DecoderMemory::Cache& memory,
                                    const std::vector<DecodeSequence>& sequences);

  // The same for audio that becomes known bit by bit.

  /// A new string; returns its number.
  int begin();
  /// Each of these strings as far as it reaches.
  void advance(nn::Weights w, const DecoderMemory::Cache& memory,
               const std::vector<DecodeReach>& reaches);
  /// The string so far: what is written stays.
  const DecodedString& written(int string) const {
    return partials_[static_cast<std::size_t>(string)].string;
  }
  /// What the string has become; its number may be given out again.
  DecodedString end(int string);

 private:
  struct Partial {
    DecodedString string;
    int anchor = 0;
    bool ended = false;  // by EOS
    int history = 0;     // rows of its block of history_ that are filled
  };

  // Of the strings that advance, those that have not yet come to their bound.
  struct Active {
    Partial* partial = nullptr;
    DecodeReach reach;
  };

  bool pauses(Partial& partial, const DecodeReach& reach) const;
  void prepare_step();
  int make_room(int block, int filled);
  void write_tokens();
  void write_ends();
  int choose(const float* probabilities, const Active& active);
  void penalise_repetitions(const std::vector<DecodedToken>& written);

  const Decoder* decoder_;
  DecodeOptions options_;
  std::vector<Partial> partials_;
  std::vector<int> free_;  // numbers of partials_ to be given out again
  std::vector<Active> active_;
  Decoder::History history_;  // a block of rows for each string, twice what a step sees
  Decoder::Cache cache_;
  StepWindows windows_;
  std::vector<nn::KeyWindow> end_windows_;
  std::vector<int> inputs_, tokens_;
  std::vector<float> weights_;  // (outputs), of one step as the options weigh them
};

inline constexpr int kNoToken = -1;

/// The token that a decoder writes over each frame of one recording, kNoToken where it has ended.
/// `encoded`: (frames, encoder width), what its memory reads.
std::vector<int> decode_frames(const Decoder& decoder, nn::Weights w, const float* encoded,
                               int frames, const DecodeOptions& options);

}  // namespace pairalign::model

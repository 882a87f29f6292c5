// Free decoding: a string from the audio alone, each step fed with the output of the steps before
// it.
//
// Starting from BOS at anchor 0, each step writes the likeliest token and then its end, which is
// the next anchor, until the anchor is past the last frame or, fewer than `longest` frames before
// that, EOS is the likeliest output. The end is a quantile of the end distribution D rather than
// its mode: the median moves little when the mass of D is split between two frames. (Beam search
// over tokens and ends found likelier strings but no better ones.)
//
// A segment longer than `longest` frames repeats its token in the raw string; `merge_repeats` turns
// the raw string into the published one.
#pragma once

#include <limits>
#include <optional>
#include <vector>

#include "model/decoder.hpp"
#include "tokens/record.hpp"

namespace pairalign::model {

struct DecodeOptions {
  /// Penalty of the Viterbi path in the memory, which controls the token rate: a larger one gives
  /// fewer, longer tokens. Empty: the one the decoder was trained with. No effect without a path.
  std::optional<double> segment_penalty;
  /// A token ends at the first frame where the cumulative end distribution reaches this, in (0, 1).
  double end_quantile = 0.5;
  /// Divides the probability of tokens that are among the last kRepetitionWindow. The very last one
  /// is exempt: writing it again continues its segment, which is no repetition.
  double repetition_penalty = 1;
  /// (codes): factors on the probabilities of tokens before the choice. Empty: all 1.
  std::vector<float> token_weights;
  /// Most tokens per log-mel frame of the audio known so far. At 0.5 a token may be as short as one
  /// frame of 20 ms.
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
};

struct DecodedString {
  std::vector<DecodedToken> tokens;
  bool capped = false;  ///< more would have been written but for the cap
};

/// Merges each run of equal tokens into one.
std::vector<DecodedToken> merge_repeats(const std::vector<DecodedToken>& raw);

/// How much of the audio of an unfinished string is known.
struct DecodeReach {
  int string = 0;
  /// Where frame 0 of the sequence would be in the packed memory: negative once the memory has
  /// moved on. Before the anchor, only the last look_back frames are needed.
  int first_frame = 0;
  int frames = 0;  ///< of the sequence
  /// For now, no token begins at or after this frame.
  int until = std::numeric_limits<int>::max();
};

/// Decodes strings together, one batched step at a time. A step has few rows: with weights that are
/// not packed it is faster in f32. Keeps buffers: one per thread. A string does not depend on the
/// others in the batch.
class FreeDecoder {
 public:
  /// `decoder` must outlive it. Throws Error("", reason) for options that do not suit it.
  FreeDecoder(const Decoder& decoder, const DecodeOptions& options);

  /// The raw strings of whole sequences, in the same order.
  std::vector<DecodedString> decode(nn::Weights w, const DecoderMemory::Cache& memory,
                                    const std::vector<DecodeSequence>& sequences);

  // The same for audio that arrives piece by piece.

  /// A new string; returns its number.
  int begin();
  /// Decodes each of these strings as far as its audio allows.
  void advance(nn::Weights w, const DecoderMemory::Cache& memory,
               const std::vector<DecodeReach>& reaches);
  /// The string so far; tokens already written do not change.
  const DecodedString& written(int string) const {
    return partials_[static_cast<std::size_t>(string)].string;
  }
  /// Returns the finished string; its number may be reused.
  DecodedString end(int string);

 private:
  struct Partial {
    DecodedString string;
    int anchor = 0;
    bool ended = false;  // by EOS
    int history = 0;     // rows of its block of the history that are filled
  };

  // The strings being advanced that have not yet reached their bound.
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
  std::vector<int> free_;  // numbers of partials_ that may be reused
  std::vector<Active> active_;
  Decoder::Cache cache_;  // history: a block of rows for each string, twice as many as a step sees
  std::vector<int> inputs_, tokens_;
  std::vector<float> weights_;  // (outputs): probabilities of one step, weighted as the options say
};

inline constexpr int kNoToken = -1;

/// The token that a decoder gives each frame of one recording, kNoToken after the end of the
/// string. `encoded`: (frames, encoder width), the input of its memory. Sets `capped`, if given, to
/// that of the string.
std::vector<int> decode_frames(const Decoder& decoder, nn::Weights w, const float* encoded,
                               int frames, const DecodeOptions& options, bool* capped = nullptr);

}  // namespace pairalign::model

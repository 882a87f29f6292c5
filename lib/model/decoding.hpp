// Free decoding: a string from the audio alone, each step fed with what the steps before it wrote.
//
// From BOS at anchor 0 on, a step writes a token and then its end, which is the next anchor, until
// the anchor stands behind the last frame or, less than `longest` frames before that, EOS is the
// likeliest output. The end is a quantile of its distribution D rather than its mode: the median
// moves little when the mass of D is shared between two frames, and the choice of the quantile is
// the control of the token rate.
//
// What lasts longer than `longest` frames is written again, so a raw string may repeat a token;
// `merge_repeats` makes of it the string that is published.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "base/random.hpp"
#include "model/decoder.hpp"
#include "tokens/record.hpp"

namespace pairalign::model {

struct DecodeOptions {
  /// A token ends at the first frame where the cumulated end distribution reaches this, in (0, 1):
  /// larger gives longer tokens, and fewer.
  double end_quantile = 0.5;
  /// Hypotheses kept per anchor; 1 is the greedy walk. See beam_search.hpp.
  int beam = 1;
  /// Of a beam: a string is scored by its log probability over its tokens to this power.
  double length_exponent = 1;
  /// Divides the probability of what is among the last kRepetitionWindow tokens. The very last one
  /// is exempt: to write it again is to continue its segment, which is no repetition.
  double repetition_penalty = 1;
  /// Most tokens per log-mel frame. At 0.5 a token may be as short as one frame of 20 ms.
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
  /// No token begins at this frame or later: for one who only wants the string so far, from frames
  /// that reach further.
  int until = std::numeric_limits<int>::max();
};

struct DecodedToken {
  tokens::Token token = 0;
  int first_frame = 0, end_frame = 0;  ///< of the sequence
  float log_probability = 0;           ///< ln P(token), before any penalty
  float end_log_probability = 0;       ///< ln D(end | token)
};

struct DecodedString {
  std::vector<DecodedToken> tokens;
  bool capped = false;  ///< stopped by the cap before the end of the audio
};

/// One token for each run of equal ones. Log probabilities add up.
std::vector<DecodedToken> merge_repeats(const std::vector<DecodedToken>& raw);

/// The index of the frame at which the cumulated distribution reaches `quantile`, below `count`.
int quantile_index(const float* distribution, int count, double quantile);

/// Decodes in f32: a step has too few rows for rounding the weights to pay. Keeps buffers: one per
/// thread.
class FreeDecoder {
 public:
  /// `decoder` must outlive it.
  FreeDecoder(const Decoder& decoder, const DecodeOptions& options);

  /// All sequences advance together, one batched step at a time; their strings, raw, in the same
  /// order. Memory is that of `sequences.size()` histories.
  std::vector<DecodedString> decode(const float* p, const DecoderMemory::Cache& memory,
                                    const std::vector<DecodeSequence>& sequences);

 private:
  // A sequence under way.
  struct Walk {
    DecodeSequence sequence;
    std::size_t string = 0;  // where its tokens go
    int anchor = 0;
    int history = 0;  // rows of its block of history_ that are filled
    Random random;
  };

  void start(const std::vector<DecodeSequence>& sequences);
  void prepare_step();
  int make_room(std::size_t block, int filled);
  void write_tokens();
  void write_ends();
  int choose(const float* probabilities, Walk& walk);
  void penalise(const std::vector<DecodedToken>& written);
  int draw(Random& random);

  const Decoder& decoder_;
  DecodeOptions options_;
  std::vector<DecodedString> strings_;
  std::vector<Walk> walks_;
  Decoder::History history_;
  Decoder::Cache cache_;
  StepWindows windows_;
  std::vector<nn::KeyWindow> end_windows_;
  std::vector<int> inputs_, tokens_;
  std::vector<float> weights_;
  std::vector<int> order_;
};

}  // namespace pairalign::model

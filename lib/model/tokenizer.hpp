// Audio in, token strings out: the tokenizers over a loaded model.
#pragma once

#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "audio/decoder.hpp"
#include "audio/log_mel.hpp"
#include "base/span.hpp"
#include "model/decoding.hpp"
#include "model/model.hpp"
#include "tokens/record.hpp"

namespace pairalign::model {

enum class TokenizerKind {
  pairalign,  ///< the autoregressive decoder
  vq,         ///< nearest code per frame, consecutive duplicates removed
  dpvq,       ///< duration-penalised VQ: Viterbi over frame-to-code costs (Kamper, 2202.11929)
  frames,     ///< nearest code per frame of 20 ms, repetitions kept, as units of HuBERT are
};

/// "pairalign", "vq", "dpvq", "frames"; throws Error("", reason) that lists the choices.
TokenizerKind parse_tokenizer_kind(const std::string& name);
std::string to_string(TokenizerKind kind);

/// The decoder's where the model has one.
TokenizerKind default_kind(const Model& model);

/// dpvq, when neither rate nor penalty is given: tokens/s.
inline constexpr double kDefaultRate = 12.7;

struct TokenizerOptions {
  TokenizerKind kind = TokenizerKind::vq;
  /// Tokens per second, for which the control is looked up in the model's measured curve …
  std::optional<double> rate;
  /// … unless it is given: the cost per segment of the path of dpvq, or of the one that pairalign
  /// sets out from, in units of 1 − cosine. With neither, dpvq comes as near to kDefaultRate as
  /// the curve goes, and pairalign takes the penalty it was trained with.
  std::optional<double> penalty;
  /// pairalign: all but the penalty.
  DecodeOptions decode;
  /// A record per window of this many seconds, every `hop_s`; 0: one record for the whole
  /// recording.
  double window_s = 0;
  double hop_s = 0;
  /// So many records of each recording, all with its key: as it is, and under warps of vocal tract
  /// and tempo, as training has them (kRenderings). For queries, which are held in memory whole.
  int renderings = 1;
  /// Reading, encoding and segmenting or decoding of a recording go on side by side, in three
  /// threads; the strings are the same. For few recordings on many processors.
  bool overlapped = false;
  /// Samples are pushed as they are recorded, and tokens wanted as soon as they are settled: frames
  /// are encoded and decoded a tenth of a second at a time, which costs many times as much as by
  /// the long blocks of a file. The strings are the same.
  bool live = false;
};

/// The penalty of dpvq that these options amount to. Throws Error("rate", reason) for a rate
/// outside the model's curve; a model that cannot meet kDefaultRate comes as near as it can.
double dpvq_penalty(const Model& model, const TokenizerOptions& options);

/// How the renderings of a recording sound, in their order.
inline constexpr audio::Warp kRenderings[] = {
    {1, 1},        {1, 1.122},   {1, 0.891},    {0.85, 1},     {1.15, 1},
    {1, 1.26},     {1, 0.794},   {0.85, 1.122}, {1.15, 1.122}, {0.85, 0.891},
    {1.15, 0.891}, {0.85, 1.26}, {1.15, 1.26},  {0.85, 0.794}, {1.15, 0.794}};
inline constexpr int kMaxRenderings = static_cast<int>(std::size(kRenderings));
/// Recordings of more than one rendering are no longer than this.
inline constexpr double kLongestRendered = 600;

struct TokenizedRecording {
  double seconds = 0;
  std::vector<tokens::Record> records;  ///< one, or one per window, or one per rendering
};

/// A token of a recording under way.
struct LiveToken {
  tokens::Token token = 0;
  std::uint32_t start_ms = 0;
};

/// Not shared between threads: it keeps buffers. Make one per thread over a shared Model.
/// The same audio gives the same strings whatever else was tokenised before.
class Tokenizer {
 public:
  /// Throws Error("", reason) for options that make no sense together or that the model cannot
  /// follow.
  Tokenizer(const Model& model, const TokenizerOptions& options);
  ~Tokenizer();
  Tokenizer(Tokenizer&&) noexcept;

  /// What goes on top of a stream of these strings.
  tokens::Header header() const;

  /// Reads `audio` to its end and returns its records (one, or one per window; a last window that
  /// is only partly filled is kept when it is at least half a hop long). Starts are always filled
  /// in. Memory is bounded for any length of audio, but for the tokens themselves.
  std::vector<tokens::Record> tokenize(audio::Decoder& audio, const std::string& key);

  // The same of several recordings, whose strings are decoded side by side, which is faster: `add`
  // each of them, and then `finish`.

  /// Reads `audio` to its end. What it throws concerns this recording alone, which is forgotten.
  void add(audio::Decoder& audio, const std::string& key);
  /// Whether what has been added should not wait for more: it is enough, or gains nothing by it.
  bool full() const;
  /// What has become of each recording added since the last call, in order; a recording under way
  /// ends here. When it throws, all of them are forgotten.
  std::vector<TokenizedRecording> finish();

  // A recording whose samples are not in a file: `begin`, `push` as they come, `finish`.

  /// Forgets the recording under way, if there is one.
  void begin(const std::string& key);
  /// Mono samples at audio::kSampleRate, full scale ±1, as few or as many as there are. Returns the
  /// tokens that they have settled: `finish` will give no others before these. None with windows.
  std::vector<LiveToken> push(Span<const float> samples);
  /// The records of windows that `push` has settled since the last call, in order; `finish` does
  /// not give them again.
  std::vector<tokens::Record> take_windows();
  /// The longest time in seconds from the start of a token to the sample that settles it; 0 for
  /// dpvq, whose tokens are settled when all of its paths agree: soon as a rule, with no bound.
  double latency() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pairalign::model

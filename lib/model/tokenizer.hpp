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
  frames,     ///< nearest code per frame of 20 ms, repetitions kept, like HuBERT units
};

/// "pairalign", "vq", "dpvq", "frames"; else throws Error("", reason), listing the choices.
TokenizerKind parse_tokenizer_kind(const std::string& name);
std::string to_string(TokenizerKind kind);

/// pairalign if the model has a decoder, else vq.
TokenizerKind default_kind(const Model& model);

/// Tokens/s of dpvq when neither rate nor penalty is given.
inline constexpr double kDefaultRate = 12.7;

struct TokenizerOptions {
  TokenizerKind kind = TokenizerKind::vq;
  /// Tokens per second, for which the penalty is looked up in the model's measured curve …
  std::optional<double> rate;
  /// … unless it is given here: the cost per segment of the path of dpvq, or of the path that
  /// pairalign starts from, in units of 1 − cosine. With neither, dpvq comes as close to
  /// kDefaultRate as the curve allows, and pairalign uses the penalty it was trained with.
  std::optional<double> penalty;
  /// pairalign: all options but the penalty.
  DecodeOptions decode;
  /// A record per window of this many seconds, every `hop_s`; 0: one record for the whole
  /// recording.
  double window_s = 0;
  double hop_s = 0;
  /// Number of records per recording, all with its key: as it is, and under warps of vocal tract
  /// and tempo as in training (kRenderings). For queries, as the whole recording is held in memory.
  int renderings = 1;
  /// Number of tokens that records name for each 40 ms, beside the token written there, with their
  /// probabilities (tokens::Record::alternatives; 0: none). For queries, as the embeddings of the whole recording
  /// are held in memory and computed in a second pass.
  int alternatives = 0;
  /// Runs reading, encoding, and segmenting or decoding of a recording in three parallel threads;
  /// the strings are the same. For few recordings on many processors.
  bool overlapped = false;
  /// For samples that are pushed as they are recorded, with tokens wanted as soon as they are
  /// settled: frames are encoded and decoded a tenth of a second at a time, which costs many times
  /// as much as the long blocks used for files. The strings are the same.
  bool live = false;
};

/// The penalty of dpvq that follows from these options. Throws Error("rate", reason) for a rate
/// outside the model's curve; a model that cannot reach kDefaultRate comes as close as it can.
double dpvq_penalty(const Model& model, const TokenizerOptions& options);

/// The warps of the renderings of a recording, in order.
inline constexpr audio::Warp kRenderings[] = {
    {1, 1},        {0.85, 1},     {1.15, 1},     {0.85, 1.122}, {1.15, 1.122},
    {0.85, 0.891}, {1.15, 0.891}, {1, 1.122},    {1, 0.891},    {0.85, 1.26},
    {1.15, 1.26},  {0.85, 0.794}, {1.15, 0.794}, {1, 1.26},     {1, 0.794}};
inline constexpr int kMaxRenderings = static_cast<int>(std::size(kRenderings));
/// Longest recording, in seconds, that may have more than one rendering.
inline constexpr double kLongestRendered = 600;

inline constexpr int kMaxAlternatives = 64;

struct TokenizedRecording {
  double seconds = 0;
  std::vector<tokens::Record> records;  ///< one, or one per window, or one per rendering
};

/// A token of an unfinished recording.
struct LiveToken {
  tokens::Token token = 0;
  std::uint32_t start_ms = 0;
};

/// Not shared between threads: it keeps buffers. Make one per thread over a shared Model.
/// The same audio gives the same strings whatever else was tokenised before.
class Tokenizer {
 public:
  /// Throws Error("", reason) for options that contradict each other or that the model does not
  /// support.
  Tokenizer(const Model& model, const TokenizerOptions& options);
  ~Tokenizer();
  Tokenizer(Tokenizer&&) noexcept;

  /// The header of a stream of these strings.
  tokens::Header header() const;

  /// Reads `audio` to its end and returns its records (one, or one per window; a last window that
  /// is only partly filled is kept when it is at least half a hop long). Starts are always filled
  /// in. Apart from the tokens themselves, memory is bounded for any length of audio.
  std::vector<tokens::Record> tokenize(audio::Decoder& audio, const std::string& key);

  // The same for several recordings, whose strings are decoded together, which is faster: `add`
  // each of them, then call `finish`.

  /// Reads `audio` to its end. If it throws, only this recording is discarded.
  void add(audio::Decoder& audio, const std::string& key);
  /// Whether `finish` should be called now: enough has been added, or waiting for more gains
  /// nothing.
  bool full() const;
  /// The result for each recording added since the last call, in order; an unfinished recording
  /// ends here. If it throws, all of them are discarded.
  std::vector<TokenizedRecording> finish();

  // A recording whose samples are not in a file: `begin`, `push` as they arrive, `finish`.

  /// Begins a recording, discarding an unfinished one.
  void begin(const std::string& key);
  /// Mono samples at audio::kSampleRate, full scale ±1, in pieces of any size. Returns the tokens
  /// that they have settled, which are final: the record from `finish` begins with all tokens
  /// settled so far. None with windows.
  std::vector<LiveToken> push(Span<const float> samples);
  /// The records of windows that `push` has settled since the last call, in order; `finish` does
  /// not return them again.
  std::vector<tokens::Record> take_windows();
  /// The longest time in seconds from the start of a token to the sample that settles it; 0 for
  /// dpvq, whose tokens are settled when all of its paths agree: usually soon, but without a bound.
  double latency() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pairalign::model

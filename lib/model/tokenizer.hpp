// Audio in, token strings out: the tokenizers over a loaded model.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "audio/decoder.hpp"
#include "model/decoding.hpp"
#include "model/model.hpp"
#include "tokens/record.hpp"

namespace pairalign::model {

enum class TokenizerKind {
  pairalign,  ///< the autoregressive decoder
  vq,         ///< nearest code per frame, consecutive duplicates removed
  dpvq,       ///< duration-penalised VQ: Viterbi over frame-to-code costs (Kamper, 2202.11929)
};

/// "pairalign", "vq", "dpvq"; throws Error("", reason) that lists the choices.
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
  /// Reading, encoding and segmenting or decoding of a recording go on side by side, in three
  /// threads; the strings are the same. For few recordings on many processors.
  bool overlapped = false;
};

struct TokenizedRecording {
  double seconds = 0;
  std::vector<tokens::Record> records;  ///< one, or one per window
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
  /// What has become of each recording added since the last call, in order. When it throws, all of
  /// them are forgotten.
  std::vector<TokenizedRecording> finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pairalign::model

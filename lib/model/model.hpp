// A trained tokenizer in one safetensors file: encoder, codebook, the autoregressive decoder if it
// has been trained, and what is needed to use them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "audio/log_mel.hpp"
#include "model/decoder.hpp"
#include "model/encoder.hpp"
#include "model/file/substitution.hpp"

namespace pairalign::model {

/// One point of a measured curve: a value of the control of the string length, and the token rate
/// it gave on validation audio, or training audio if none was held out.
struct RatePoint {
  double control = 0;
  double tokens_per_second = 0;
};

/// The control that gives `rate`, on a curve whose rate falls. Between two measured points the
/// control is interpolated linearly in log-rate, which fits the curves to within a percent. Throws
/// Error("rate", reason) for a rate outside the curve.
double control_for_rate(const std::vector<RatePoint>& curve, double rate);

/// What a model file holds besides its tensors.
struct ModelInfo {
  EncoderConfig encoder;
  std::optional<DecoderConfig> decoder;
  audio::LogMelConfig features;
  std::vector<RatePoint> rate_curve;            ///< of dpvq, by penalty per segment, ascending
  std::vector<RatePoint> pairalign_rate_curve;  ///< of the decoder, by penalty of its path
  std::string command;                          ///< the command that trained it
  std::string recipe;                           ///< the training recipe, JSON
};

/// The tables and weights. Threads may share one that is not changed any more.
class Model {
 public:
  /// Throws Error(path, reason): not a safetensors file, an inconsistent header, a tensor missing
  /// or of the wrong shape, a model of another format version, or a failed self-test.
  static Model load(const std::string& path, nn::Precision precision = nn::Precision::f32);

  /// `parameters`: in the layout of a table of an Encoder and then, if there is one, the Decoder;
  /// codes are unit vectors. `id`: computed if empty.
  Model(ModelInfo info, std::vector<float> parameters, SubstitutionTables substitutions = {},
        std::string id = {});

  /// Includes the self-test strings as computed on this machine. Replaces the file atomically.
  void save(const std::string& path) const;

  /// XXH3 of tensors and configuration (file/safetensors.hpp) as 16 hexadecimal digits: what
  /// `model=` in a record header shows.
  const std::string& id() const { return id_; }
  int vocabulary() const { return info_.encoder.codes; }
  const ModelInfo& info() const { return info_; }
  void set_rate_curve(std::vector<RatePoint> curve) { info_.rate_curve = std::move(curve); }
  void set_pairalign_rate_curve(std::vector<RatePoint> curve) {
    info_.pairalign_rate_curve = std::move(curve);
  }
  /// They are part of the model's identity: `id` changes.
  void set_substitutions(SubstitutionTables tables);
  const SubstitutionTables& substitutions() const { return substitutions_; }
  void set_chance_strings(ChanceStrings strings) { chance_strings_ = std::move(strings); }
  const ChanceStrings& chance_strings() const { return chance_strings_; }
  void set_command(std::string command) { info_.command = std::move(command); }

  const Encoder& encoder() const { return encoder_; }
  /// Null when the model has none.
  const Decoder* decoder() const { return decoder_ ? &*decoder_ : nullptr; }
  /// In the layout of `table()`.
  const std::vector<float>& parameters() const { return parameters_; }
  /// Packs the weights, in the precision given, for faster passes. Call before the model is shared.
  void pack(nn::Precision precision) {
    packed_ = std::make_unique<nn::PackedWeights>(table_, parameters_.data(), precision);
  }
  /// The weights for passes of encoder and decoder: in f32 until they are packed.
  nn::Weights weights() const {
    return packed_ ? nn::Weights(parameters_.data(), *packed_)
                   : nn::Weights(parameters_.data(), nn::Precision::f32);
  }
  const nn::TensorTable& table() const { return table_; }
  const float* codebook() const { return parameters_.data() + encoder_.codebook(); }

 private:
  ModelInfo info_;
  nn::TensorTable table_;
  Encoder encoder_;
  std::optional<Decoder> decoder_;
  std::vector<float> parameters_;
  std::unique_ptr<nn::PackedWeights> packed_;  // null: not packed
  SubstitutionTables substitutions_;
  ChanceStrings chance_strings_;
  std::string id_;
};

/// The mean of the weights of `models` (at least one), trained on from one another, each code
/// scaled to unit length, which often generalises better than any of them (Wortsman et al., "Model
/// soups", arXiv:2203.05482). Only models of one lineage have their codes in the same places.
/// Everything else is taken from the first; the substitution scores should be counted anew. Throws
/// Error if the shapes differ.
Model average(const std::vector<Model>& models);

/// Two seconds of gliding harmonics and noise bursts, from a formula and a fixed seed. A model file
/// holds the output of the model for it, from the machine that wrote it, so that damage, or reading
/// it with other features, is detected.
std::vector<float> self_test_signal();

/// Share of frames on which two code strings agree; 0 when their lengths differ.
double agreement(const std::vector<int>& a, const std::vector<int>& b);

/// Encodes the frames of a sequence and compares them with the codes. Keeps buffers: one per
/// thread.
class FrameScorer {
 public:
  explicit FrameScorer(const Model& model);

  /// The output of the encoder after its last norm, which the decoder reads: (frames, width).
  /// `features`: rows of log-mel frames of one sequence; frames outside it count as silence. Valid
  /// until the next call.
  const std::vector<float>& encode(const std::vector<float>& features);
  /// The encoder output of the last call of any kind.
  const std::vector<float>& encoded() const { return cache_.final; }
  /// The embedding of each frame, a unit vector, (frames, dimension); otherwise like `encode`.
  const std::vector<float>& embed(const std::vector<float>& features);
  /// The cosine of each frame's embedding to each code, (frames, codes); otherwise like `encode`.
  const std::vector<float>& score(const std::vector<float>& features);
  /// The embeddings last compared with the codes, (frames, dimension), of unit length.
  const std::vector<float>& embeddings() const { return embeddings_; }
  /// The nearest code of each frame.
  std::vector<int> nearest_codes(const std::vector<float>& features);

 private:
  const Model& model_;
  float silence_;
  Encoder::Cache cache_;
  std::vector<float> embeddings_, scores_;
  nn::Codebook::Cache cosines_;
};

}  // namespace pairalign::model

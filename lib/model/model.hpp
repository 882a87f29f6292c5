// A trained tokenizer: encoder, codebook and what is needed to use them, in one safetensors file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "audio/log_mel.hpp"
#include "model/encoder.hpp"

namespace pairalign::model {

/// One point of the measured curve of duration-penalised VQ: the penalty per segment and the token
/// rate it gave on validation audio.
struct RatePoint {
  double penalty = 0;
  double tokens_per_second = 0;
};

/// Loaded models are immutable and may be shared between threads.
class Model {
 public:
  /// Throws Error(path, reason): no safetensors file, a header that lies, a tensor missing or of a
  /// wrong shape, a model of a newer version, or self-test strings that come out differently.
  static Model load(const std::string& path);

  /// XXH3 of the tensors: what `model=` in a record header shows.
  const std::string& id() const { return id_; }
  int vocabulary() const { return config_.codes; }

  const EncoderConfig& config() const { return config_; }
  const audio::LogMelConfig& features() const { return features_; }
  /// Ascending in penalty.
  const std::vector<RatePoint>& rate_curve() const { return rate_curve_; }

 private:
  std::string id_;
  EncoderConfig config_;
  audio::LogMelConfig features_;
  std::vector<RatePoint> rate_curve_;
};

}  // namespace pairalign::model

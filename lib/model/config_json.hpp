// The configurations in model files and recipes, as JSON. Keys are the names of the members; a
// missing key leaves the default of its struct.
#pragma once

#include <nlohmann/json.hpp>

#include "audio/log_mel.hpp"
#include "model/decoder.hpp"
#include "model/encoder.hpp"

namespace pairalign::audio {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(LogMelConfig, bands, window, hop, fft, low_hz,
                                                high_hz, floor, mean, scale)

}  // namespace pairalign::audio

namespace pairalign::model {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(EncoderConfig, bands, width, expansion, blocks,
                                                kernel, dimension, codes)

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(DecoderConfig, width, layers, heads, expansion,
                                                pointer_width, look_back, look_ahead, history,
                                                longest, copy, summary, copy_temperature,
                                                segment_penalty)

/// Checks the range of everything that sizes a buffer. Throws Error("", reason), naming the field.
void check(const EncoderConfig& encoder, const audio::LogMelConfig& features);
void check(const DecoderConfig& decoder);

}  // namespace pairalign::model

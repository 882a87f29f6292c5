// The smallest models that do all that models do: random weights, some kilobytes.
#pragma once

#include "base/random.hpp"
#include "model/model.hpp"

namespace pairalign::fuzz {

inline model::Model small_model(bool with_decoder) {
  model::ModelInfo info;
  info.encoder.width = 8;
  info.encoder.blocks = 1;
  info.encoder.codes = 16;
  info.encoder.dimension = 4;
  info.command = "a fuzzing harness";
  info.rate_curve = {{0.0, 40}, {0.5, 10}};
  if (with_decoder) {
    info.decoder.emplace();
    info.decoder->width = 8;
    info.decoder->heads = 2;
    info.decoder->layers = 1;
    info.decoder->pointer_width = 4;
    info.decoder->longest = 13;
    info.pairalign_rate_curve = {{0.1, 30}, {0.7, 9}};
  }
  nn::TensorTable table;
  const model::Encoder encoder(table, info.encoder);
  if (info.decoder) model::Decoder(table, *info.decoder, encoder);
  Random random(1);
  std::vector<float> parameters = table.initialise(random);
  return {std::move(info), std::move(parameters)};
}

}  // namespace pairalign::fuzz

// A small model with random weights: for tests of how strings are made, not of which.
#pragma once

#include "base/random.hpp"
#include "model/encoder.hpp"
#include "model/model.hpp"

namespace pairalign::test {

/// Without a decoder.
inline model::Model untrained_model() {
  model::ModelInfo info;
  info.encoder.width = 16;
  info.encoder.blocks = 2;
  info.encoder.codes = 32;
  info.encoder.dimension = 8;
  info.rate_curve = {{0.0, 40}, {0.1, 20}, {0.5, 10}};
  nn::TensorTable table;
  const model::Encoder encoder(table, info.encoder);
  Random random(3);
  return {info, table.initialise(random)};
}

}  // namespace pairalign::test

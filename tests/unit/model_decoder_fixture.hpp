// A small decoder with random parameters and a batch that holds every special case.
#pragma once

#include <algorithm>
#include <vector>

#include "model/decoder.hpp"
#include "model/encoder.hpp"
#include "nn/functions.hpp"
#include "nn_gradient.hpp"

namespace pairalign::test {

using model::Decoder;
using model::DecoderBatch;
using model::DecoderConfig;
using model::DecoderMemory;
using model::DecoderSequence;
using nn::area;
using nn::Precision;
using Values = std::vector<float>;

inline model::EncoderConfig small_encoder() {
  model::EncoderConfig config;
  config.bands = 8;
  config.width = 16;
  config.blocks = 1;
  config.kernel = 3;
  config.dimension = 6;
  config.codes = 12;
  return config;
}

inline DecoderConfig small_decoder() {
  DecoderConfig config;
  config.width = 16;
  config.layers = 2;
  config.heads = 2;
  config.pointer_width = 5;
  config.look_back = 3;
  config.look_ahead = 5;
  config.history = 3;
  config.longest = 4;
  config.copy_temperature = 0.5;
  config.segment_penalty = 0;
  return config;
}

/// One whose memory knows a path.
inline DecoderConfig small_decoder_with_path() {
  DecoderConfig config = small_decoder();
  config.segment_penalty = 0.45;
  return config;
}

struct DecoderFixture {
  nn::TensorTable table;
  model::Encoder encoder{table, small_encoder()};
  Decoder decoder;
  Random random{1};
  Values parameters;
  int frame_count = 17;
  Values frames;
  DecoderBatch batch;

  explicit DecoderFixture(const DecoderConfig& config = small_decoder())
      : decoder(table, config, encoder), parameters(table.initialise(random)) {
    // Away from the start values, at which biases, and much that depends on them, are zero.
    for (float& value : parameters)
      value += 0.3F * static_cast<float>(random.normal());
    Values norms(12);
    nn::l2_normalize_forward(parameters.data() + encoder.codebook(), 12, 6,
                             parameters.data() + encoder.codebook(), norms.data());
    frames = random_values(area(frame_count, 16), random);
    const int bos = decoder.bos(), eos = decoder.eos(), mask = decoder.mask();
    // Two strings of one recording, one of another, and an empty recording.
    batch.sequences = {{5, 0, 11}, {3, 0, 11}, {4, 11, 6}, {1, 17, 0}};
    batch.inputs = {bos, 3, mask, 3, 7, /**/ bos, 0, 11, /**/ bos, 5, 5, 6, /**/ bos};
    batch.anchors = {0, 2, 3, 7, 11, /**/ 0, 4, 10, /**/ 0, 1, 5, 6, /**/ 0};
    batch.tokens = {3, 3, 3, 7, eos, /**/ 0, 11, eos, /**/ 5, 5, 6, eos, /**/ eos};
  }

  nn::Weights weights() const { return {parameters.data(), Precision::f32}; }

  int rows() const { return static_cast<int>(batch.inputs.size()); }

  struct Pass {
    DecoderMemory::Cache memory;
    Decoder::Cache steps;
  };

  /// Of `count` frames that hold the conditions of the batch, one sequence for each.
  static std::vector<int> lengths(const DecoderBatch& b, int count) {
    std::vector<int> cuts = {0, count};
    for (const DecoderSequence& sequence : b.sequences)
      cuts.push_back(sequence.first_frame);
    std::sort(cuts.begin(), cuts.end());
    std::vector<int> result;
    for (std::size_t i = 1; i < cuts.size(); ++i) {
      if (cuts[i] > cuts[i - 1]) result.push_back(cuts[i] - cuts[i - 1]);
    }
    return result;
  }

  /// The caches refer to `p` in no way and to `f` as long as backward is to follow.
  void forward(const Values& p, const Values& f, const DecoderBatch& b, Pass& pass,
               Precision precision = Precision::f32) const {
    const int count = static_cast<int>(f.size()) / 16;
    decoder.memory().forward({p.data(), precision}, f.data(), lengths(b, count), pass.memory);
    decoder.forward({p.data(), precision}, pass.memory, b, pass.steps);
  }
};

}  // namespace pairalign::test

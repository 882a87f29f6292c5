// Blocks of samples, as passed to the measurements.
#pragma once

#include <vector>

#include "base/span.hpp"

namespace pairalign::stats {

/// Consecutive frames of a recording at its own rate and with its own channels: a sample is a
/// float, full scale ±1, and always finite. Any number of frames; a measurement gives the same
/// value however a recording is cut into blocks.
struct Block {
  Span<const float> interleaved;
  std::vector<Span<const float>> channels;  ///< the same samples, a row per channel

  std::size_t frames() const { return channels.empty() ? 0 : channels.front().size(); }
};

}  // namespace pairalign::stats

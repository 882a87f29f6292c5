// How the channels of a recording are related.
#pragma once

#include <vector>

#include "stats/audio/block.hpp"

namespace pairalign::stats {

/// Compares each channel with the first.
class ChannelMeter {
 public:
  explicit ChannelMeter(int channels);

  void add(const Block& block);

  /// Channels that equal the first one, sample by sample, and are not silent.
  int identical() const;
  /// Channels that are the inverse of the first one: correlation at most -0.95, which allows for
  /// lossy codecs. Mixed down to mono, such a recording cancels itself.
  int inverted() const;

 private:
  struct Pair {
    double product_sum = 0;
    double square_sum = 0;
    bool differs = false;
  };
  double first_square_sum_ = 0;
  std::vector<Pair> others_;  // from channel 1 on
};

}  // namespace pairalign::stats

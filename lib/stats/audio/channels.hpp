// How the channels of a recording belong together.
#pragma once

#include <vector>

#include "stats/audio/block.hpp"

namespace pairalign::stats {

/// Compares each channel with the first.
class ChannelMeter {
 public:
  explicit ChannelMeter(int channels);

  void add(const Block& block);

  /// Channels that hold what the first one holds, sample by sample, and are not silent.
  int identical() const;
  /// Channels that are the first one upside down: correlation at most -0.95, as also lossy codecs
  /// leave it. Mixed down to mono, such a recording cancels itself.
  int inverted() const;

 private:
  struct Pair {
    double product_sum = 0;
    double square_sum = 0;
    bool differs = false;
  };
  double first_square_sum_ = 0;
  std::vector<Pair> others_;  // channel 1 and on
};

}  // namespace pairalign::stats

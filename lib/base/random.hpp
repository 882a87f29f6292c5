// Random numbers whose sequence is part of the contract: the same seed gives the same numbers on
// every platform, which the distributions of <random> do not promise.
#pragma once

#include <cmath>
#include <cstdint>

namespace pairalign {

/// SplitMix64 (Steele, Lea, Flood 2014). The whole state is one word, and independent streams come
/// from mixing a seed with an index.
class Random {
 public:
  explicit Random(std::uint64_t seed = 0) : state_(seed) {}

  /// An independent stream for item `index` of the job with `seed`.
  static Random stream(std::uint64_t seed, std::uint64_t index) {
    Random mixer(seed ^ (0x9e3779b97f4a7c15ULL * (index + 1)));
    mixer.next();
    return Random(mixer.next());
  }

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }

  /// Uniform in [0, 1).
  double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  /// Uniform in [low, high).
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// Uniform in [0, n); n must be positive. The bias is below n / 2^64.
  std::uint64_t below(std::uint64_t n) {
    __extension__ using Product = unsigned __int128;  // no part of ISO C++
    return static_cast<std::uint64_t>((Product{next()} * n) >> 64);
  }
  bool chance(double probability) { return uniform() < probability; }

  /// Standard normal (Box-Muller; the second value is dropped so that the state stays one word).
  double normal() {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
    return radius * std::cos(6.283185307179586 * uniform());
  }

 private:
  std::uint64_t state_;
};

}  // namespace pairalign

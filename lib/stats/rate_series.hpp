// How the token rate changes along a stream, in bounded memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace pairalign::stats {

/// Some consecutive records.
struct Stretch {
  std::uint64_t records = 0;
  double seconds = 0;
  std::uint64_t tokens = 0;
};

/// Sums over stretches with the same number of records. When there are `kMaxStretches` of them,
/// neighbours are merged in pairs.
class RateSeries {
 public:
  static constexpr std::size_t kMaxStretches = 256;

  void add(double seconds, std::uint64_t tokens);
  /// Oldest first; the last one may hold fewer records.
  const std::vector<Stretch>& stretches() const { return stretches_; }

 private:
  std::uint64_t records_each_ = 1;
  std::vector<Stretch> stretches_;
};

}  // namespace pairalign::stats

// How the token rate changes along a stream, in bounded memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace pairalign::stats {

/// Some records that follow one another.
struct Stretch {
  std::uint64_t records = 0;
  double seconds = 0;
  std::uint64_t tokens = 0;
};

/// Sums over stretches of as many records each. When there are `kMaxStretches` of them, each two
/// neighbours become one.
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

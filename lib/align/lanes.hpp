// Many matrices at once, one in each SIMD lane. Not part of the public interface.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "align/distance.hpp"

namespace pairalign::align {

/// The matrices being computed; not thread-safe.
class LaneRun {
 public:
  virtual ~LaneRun() = default;
  /// With several queries: their distances from a single text. With one query: its distance from
  /// each text, of which there are at most as many as lanes; fastest when they are equally long.
  virtual void measure(Strings texts, std::uint32_t* distances) = 0;
};

/// Queries laid out for lanes. Const after construction and safe to share between threads.
class Lanes {
 public:
  virtual ~Lanes() = default;
  virtual std::unique_ptr<LaneRun> start() const = 0;
};

}  // namespace pairalign::align

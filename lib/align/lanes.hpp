// Many matrices at once, one in each lane of wide registers. Not part of the library's face.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "align/distance.hpp"

namespace pairalign::align {

/// The matrices under way; for one thread.
class LaneRun {
 public:
  virtual ~LaneRun() = default;
  /// Of several queries: their distances from the one text. Of one query: its distance from each of
  /// at most as many texts as there are lanes; fastest where these are equally long.
  virtual void measure(Strings texts, std::uint32_t* distances) = 0;
};

/// Queries laid out for lanes. Const after construction and safe to share between threads.
class Lanes {
 public:
  virtual ~Lanes() = default;
  virtual std::unique_ptr<LaneRun> start() const = 0;
};

}  // namespace pairalign::align

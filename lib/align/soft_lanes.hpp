// Scores of token pairs from a table, in SIMD lanes. Not part of the public interface.
//
// Cells have 16 bits where no score can overflow them, else 32. Measured on one core of a Zen 4,
// queries of 38 tokens: 0.28 G tokens/s for one query, 0.5 G in total for 32 together.
#pragma once

#include <cstddef>
#include <memory>

#include "align/lanes.hpp"
#include "align/soft_cost.hpp"

namespace pairalign::align {

LaneLayout soft_layout(std::size_t query_tokens, SimdLevel level);
/// The cost must outlive the result.
std::unique_ptr<Lanes> soft_lanes(Strings queries, const SoftCost& cost, Mode mode,
                                  SimdLevel level);

}  // namespace pairalign::align

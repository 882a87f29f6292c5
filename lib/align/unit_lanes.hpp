// Unit costs in SIMD lanes. Not part of the public interface.
//
// Measured on one core of a Zen 4, queries of 38 tokens: 1.8 G tokens/s for one query and 3.1 G in
// total for 16 together, 1.0 and 2.4 G where documents have 51 tokens; with AVX2 two thirds of
// that. One pair of strings at a time: 0.3 G.
#pragma once

#include <cstddef>
#include <memory>

#include "align/lanes.hpp"

namespace pairalign::align {

LaneLayout unit_layout(std::size_t query_tokens, SimdLevel level);
std::unique_ptr<Lanes> unit_lanes(Strings queries, Mode mode, SimdLevel level);

}  // namespace pairalign::align

// Entropy of counts.
#pragma once

#include <cstdint>
#include <vector>

namespace pairalign::stats {

/// Of the distribution that `counts` stand for, in bits; 0 without any.
double entropy_bits(const std::vector<std::uint64_t>& counts);

}  // namespace pairalign::stats

// Entropy of counts.
#pragma once

#include <cstdint>
#include <vector>

namespace pairalign::stats {

/// Entropy of the distribution given by `counts`, in bits; 0 if there are none.
double entropy_bits(const std::vector<std::uint64_t>& counts);

}  // namespace pairalign::stats

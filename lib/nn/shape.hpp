// Sizes of row-major matrices.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pairalign::nn {

/// Values of `rows` rows of `cols`; also where row `rows` begins.
inline std::size_t area(std::int64_t rows, std::int64_t cols) {
  return static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols);
}

}  // namespace pairalign::nn

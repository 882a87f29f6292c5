// Sums and products of vectors of `n` values.
#pragma once

#include <cstddef>

namespace pairalign::nn {

/// sum += x
void add(const float* x, std::size_t n, float* sum);
/// sum += factor · x
void add_scaled(float factor, const float* x, std::size_t n, float* sum);
/// x *= factor
void scale(float factor, std::size_t n, float* x);

}  // namespace pairalign::nn

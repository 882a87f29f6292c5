// The kernels for AVX2; compiled with its instructions, called only where they are.
#include <immintrin.h>

#include "search/lane_kernel.hpp"

namespace pairalign::search::avx2 {
namespace {

struct Register256 {
  using V = __m256i;
  static constexpr std::size_t kVectors = 2;

  static V load(const void* words) {
    return _mm256_loadu_si256(static_cast<const __m256i*>(words));
  }
  static void store(void* words, V v) { _mm256_storeu_si256(static_cast<__m256i*>(words), v); }
  static V bit_or(V a, V b) { return _mm256_or_si256(a, b); }
  static V bit_and(V a, V b) { return _mm256_and_si256(a, b); }
  static V xor_or(V a, V b, V c) { return bit_or(_mm256_xor_si256(a, b), c); }
  static V or_nor(V a, V b, V c) {
    return bit_or(a, _mm256_andnot_si256(bit_or(b, c), _mm256_set1_epi32(-1)));
  }
  // Right for words of 64 bits too, as long as their upper halves are 0.
  static V low(V a, V b) { return _mm256_min_epu32(a, b); }
};

template <class Word>
struct Register;

template <>
struct Register<std::uint32_t> : Register256 {
  static constexpr std::size_t kWords = 8;
  static constexpr std::size_t kSharedFrom = 12;
  static V add(V a, V b) { return _mm256_add_epi32(a, b); }
  static V sub(V a, V b) { return _mm256_sub_epi32(a, b); }
  static V twice(V a) { return _mm256_add_epi32(a, a); }
  static V top(V a) { return _mm256_srli_epi32(a, 31); }
};

template <>
struct Register<std::uint64_t> : Register256 {
  static constexpr std::size_t kWords = 4;
  static constexpr std::size_t kSharedFrom = 7;
  static V add(V a, V b) { return _mm256_add_epi64(a, b); }
  static V sub(V a, V b) { return _mm256_sub_epi64(a, b); }
  static V twice(V a) { return _mm256_add_epi64(a, a); }
  static V top(V a) { return _mm256_srli_epi64(a, 63); }
};

template <class Word>
struct LastRow;
// Counting bits would cost more than adding up.
template <class Word>
using SingleBlockRow = LastRow<Word>;

}  // namespace

#include "search/lane_columns.inc"

}  // namespace pairalign::search::avx2

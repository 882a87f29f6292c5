// The kernels for AVX-512; compiled with its instructions, called only where they are.
#include <immintrin.h>

#include "search/lane_kernel.hpp"

namespace pairalign::search::avx512 {
namespace {

struct Register512 {
  using V = __m512i;
  static constexpr std::size_t kVectors = 2;

  static V load(const void* words) { return _mm512_loadu_si512(words); }
  static void store(void* words, V v) { _mm512_storeu_si512(words, v); }
  static V bit_or(V a, V b) { return _mm512_or_si512(a, b); }
  static V bit_and(V a, V b) { return _mm512_and_si512(a, b); }
  // The truth tables of vpternlog, with bit 4a + 2b + c.
  static V xor_or(V a, V b, V c) { return _mm512_ternarylogic_epi64(a, b, c, 0xbe); }
  static V or_nor(V a, V b, V c) { return _mm512_ternarylogic_epi64(a, b, c, 0xf1); }
};

template <class Word>
struct Register;

template <>
struct Register<std::uint32_t> : Register512 {
  static constexpr std::size_t kWords = 16;
  static constexpr std::size_t kSharedFrom = 14;
  static V add(V a, V b) { return _mm512_add_epi32(a, b); }
  static V sub(V a, V b) { return _mm512_sub_epi32(a, b); }
  static V low(V a, V b) { return _mm512_min_epu32(a, b); }
  static V twice(V a) { return _mm512_add_epi32(a, a); }
  static V top(V a) { return _mm512_srli_epi32(a, 31); }
  static V ones(V a) { return _mm512_popcnt_epi32(a); }
};

template <>
struct Register<std::uint64_t> : Register512 {
  static constexpr std::size_t kWords = 8;
  static constexpr std::size_t kSharedFrom = 13;
  static V add(V a, V b) { return _mm512_add_epi64(a, b); }
  static V sub(V a, V b) { return _mm512_sub_epi64(a, b); }
  static V low(V a, V b) { return _mm512_min_epu64(a, b); }
  static V twice(V a) { return _mm512_add_epi64(a, a); }
  static V top(V a) { return _mm512_srli_epi64(a, 63); }
  static V ones(V a) { return _mm512_popcnt_epi64(a); }
};

template <class Word>
struct Block;
template <class Word>
struct Differences;

// The last row of a block that is the only one: as the row above it is 0, a cell is what the
// vertical differences add up to, and two instructions count them.
template <class Word>
struct SingleBlockRow {
  using R = Register<Word>;
  typename R::V lowest;

  void load(const Word*, const Word* lows) { lowest = R::load(lows); }
  void store(Word*, Word* lows) const { R::store(lows, lowest); }

  void note_column(const Block<Word>& block, const Differences<Word>&) {
    lowest = R::low(lowest, value(block));
  }
  // The lesser of two neighbours is the second less what it is above the first.
  void note_columns(const Block<Word>& block, const Differences<Word>&,
                    const Differences<Word>& second) {
    lowest = R::low(lowest, R::sub(value(block), R::top(second.plus)));
  }

 private:
  static typename R::V value(const Block<Word>& block) {
    return R::sub(R::ones(block.plus), R::ones(block.minus));
  }
};

}  // namespace

#include "search/lane_columns.inc"

}  // namespace pairalign::search::avx512

// Which SIMD registers to use.
#pragma once

namespace pairalign::align {

/// Ways to compute many distances, the fastest last. Results do not depend on the choice.
enum class SimdLevel {
  scalar,    ///< one pair of strings at a time
  baseline,  ///< registers that every processor of the architecture has: SSE2, NEON
  avx2,
  avx512,  ///< AVX-512 F, BW, DQ, VL and VPOPCNTDQ: Ice Lake, Zen 4 and later
};

/// The fastest that this processor supports. It supports the lower ones, too.
SimdLevel best_simd_level();

}  // namespace pairalign::align
